"""The one door to OCI registries: skopeo moves images, one HTTP probe asks for the right to write."""

from actionkit.registry.address import Address, parse_address
from actionkit.registry.client import Registry
from actionkit.registry.oci import Descriptor, Image, Index, Missing, parse_manifest

__all__ = [
    "Address",
    "Descriptor",
    "Image",
    "Index",
    "Missing",
    "Registry",
    "parse_address",
    "parse_manifest",
]
