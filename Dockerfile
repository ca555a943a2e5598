# The one image behind the actions `release` and `images`; each action.yml names the program in `args`.
#
# The runner builds it on the user's machine with a plain `docker build`: no build arguments, no target, the
# last stage runs, and the builder may be BuildKit or the classic one, so neither heredocs nor mounts are used.

FROM debian:trixie-slim AS runtime

# git reads and writes history, docker-cli drives the engine through the mounted socket, skopeo speaks to
# registries. skopeo's dependency brings network plugins for running containers (55 MB), which nothing here does.
# Versions are not pinned: a stable Debian moves by security fixes only, and drops the version before them.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends --option Dpkg::Options::=--path-exclude=/usr/lib/cni/* \
        ca-certificates docker-cli git python3 skopeo \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*

# Users' bake files need a current buildx and trixie's is two years old, so this is the package of Debian's next
# release: exactly one version, known by its checksum. It comes from the mirror that the base image names; mirrors
# drop a version when the next one comes, the snapshot archive that apt itself knows never does. SC2154: apt-config
# sets the variable.
# hadolint ignore=SC2154
RUN set -eu; \
    package="docker-buildx_0.29.1+ds1-4_$(dpkg --print-architecture).deb"; \
    case "$package" in \
        *_amd64.deb) checksum=6103bcc4eab8169ae679f806d3949ffc99a1545a61fddea6124da826f115f2bf ;; \
        *_arm64.deb) checksum=4d6b995fdfd10e2f045d020b108abb33df699cf66f213c1acf97a8d893b74bc4 ;; \
        *) echo "no checksum is known for $package"; exit 1 ;; \
    esac; \
    set -- $(grep -rhos 'https\?://[^ ]*' /etc/apt/sources.list /etc/apt/sources.list.d); \
    eval "$(apt-config shell snapshot Acquire::Snapshots::URI::Origin::Debian)"; \
    for archive in "${1%/}" "${snapshot%%@*}20260820T000000Z"; do \
        /usr/lib/apt/apt-helper download-file \
            "$archive/pool/main/d/docker-buildx/$package" /tmp/buildx.deb "SHA256:$checksum" && break; \
    done; \
    dpkg --install /tmp/buildx.deb; \
    rm -f /tmp/buildx.deb* /var/log/dpkg.log


FROM runtime AS python

# Not pinned, as above; nothing of this stage but /opt/venv and /opt/programs is kept.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends python3-venv && rm -rf /var/lib/apt/lists/*

# UV_SYSTEM_CERTS: trust what the base image trusts. Bytecode is compiled here because the actions' containers
# are thrown away with what Python would compile in them.
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 UV_PYTHON=/usr/bin/python3 UV_PYTHON_DOWNLOADS=never \
    UV_PROJECT_ENVIRONMENT=/opt/venv UV_SYSTEM_CERTS=1
WORKDIR /source

RUN python3 -m venv /opt/uv \
 && printf '%s \\\n' 'uv==0.13.9' \
        '--hash=sha256:d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19' \
        '--hash=sha256:ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375' >/opt/uv/requirements.txt \
 && /opt/uv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes --requirement /opt/uv/requirements.txt

# the locked dependencies first: they change less often than the sources
COPY pyproject.toml uv.lock ./
RUN /opt/uv/bin/uv sync --frozen --no-dev --no-install-project

COPY . .
RUN /opt/uv/bin/uv pip install --no-deps --target /opt/programs .


FROM runtime

COPY --from=python /opt/venv /opt/venv
COPY --from=python /opt/programs /opt/venv/lib/python3.13/site-packages

# No shell stands between the runner and Python: Debian's drops variables with a hyphen, such as INPUT_DRY-RUN.
# -I keeps the user's repository, which is the working directory, out of the import path. The user stays root:
# the workspace and the engine's socket belong to whoever the runner is.
ENTRYPOINT ["/opt/venv/bin/python", "-I", "-u", "-m"]
CMD ["release"]
