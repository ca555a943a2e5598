"""GitHub's error answers; the shapes are those of its OpenAPI description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.rehearsal.github.records import Json

_DOCS = "https://docs.github.com/"


class ApiError(Exception):
    """An answer other than success: its status, message, further members and headers."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Sequence[Json] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def body(self, documentation: str) -> dict[str, Json]:
        """The JSON of the answer; ``documentation`` is the page's path below docs.github.com."""
        shown = {"errors": list(self.errors)} if self.errors else {}
        link = f"{_DOCS}{documentation or 'rest'}"
        return {"message": self.message, **shown, "documentation_url": link, "status": str(self.status)}


def not_found() -> ApiError:
    """The answer for what is not there and for what the caller may not know of."""
    return ApiError(404, "Not Found")


def bad_credentials() -> ApiError:
    """A token that was never issued, or was revoked."""
    return ApiError(401, "Bad credentials")


def bad_json(message: str = "Problems parsing JSON") -> ApiError:
    """A body that is no JSON object."""
    return ApiError(400, message)


def unprocessable(message: str) -> ApiError:
    """A 422 with a sentence and no list."""
    return ApiError(422, message)


def validation_failed(*errors: Json) -> ApiError:
    """A 422 with one entry for each field at fault."""
    return ApiError(422, "Validation Failed", errors=errors)


def field_error(resource: str, code: str, name: str = "", message: str = "") -> Json:
    """Make one entry of ``validation_failed``; ``code`` is ``missing_field``, ``invalid``, ``custom``, …"""
    named = {"field": name} if name else {}
    told = {"message": message} if message else {}
    return {"resource": resource, "code": code, **named, **told}


def missing_keys(*names: str) -> ApiError:
    """A body without what the operation requires."""
    listed = ", ".join(f'"{name}"' for name in names)
    verb = "wasn't" if len(names) == 1 else "weren't"
    return unprocessable(f"Invalid request.\n\n{listed} {verb} supplied.")


def rule_violation(problems: Sequence[str]) -> ApiError:
    """A branch rule refuses a write through the API."""
    listed = "\n".join(problems)
    return ApiError(422, f"Repository rule violations found\n\n{listed}\n\n")
