"""From request to response: faults, who is asking, rate limit, route, errors, headers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pipeline.rehearsal.github import git_http, pages, router
from pipeline.rehearsal.github.errors import ApiError, not_found
from pipeline.rehearsal.github.exchange import Request, Response, json_response
from pipeline.rehearsal.github.faults import NO_FAULT, Effect, Fault, Faults
from pipeline.rehearsal.github.gitstore import NoObject
from pipeline.rehearsal.github.graphql import endpoint
from pipeline.rehearsal.github.records import ANONYMOUS
from pipeline.rehearsal.github.router import Found
from pipeline.rehearsal.github.service import Call, Route, Service
from pipeline.rehearsal.github.state import Missing
from pipeline.rehearsal.github.tokens import identify

Observer = Callable[[Request, Response], None]

_log = logging.getLogger(__name__)
_API: Final = "/api/v3"
_UPLOADS: Final = "/api/uploads"
_GRAPHQL: Final = ("/api/graphql", "/api/v3/graphql")
_READ_ONLY: Final = ("GET", "HEAD")


class ConnectionBreaks(Exception):
    """The server is to close the connection without an answer."""


class App:
    """Answers requests; ``observers`` see every exchange, ``faults`` spoil some."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.faults = Faults()
        self.observers: list[Observer] = []

    def answer(self, request: Request) -> Response:
        """Answer one request; raise ConnectionBreaks where a fault says so."""
        fault = self.faults.next(request)
        if fault.delay:
            time.sleep(fault.delay)
        if fault.effect is Effect.RESET:
            raise ConnectionBreaks
        response = self._spoiled(request, fault)
        for observer in self.observers:
            observer(request, response)
        _log.info("%s %s %d", request.method, request.path, response.status)
        if fault.effect is Effect.REPLY_LOST:
            raise ConnectionBreaks
        return response

    def _spoiled(self, request: Request, fault: Fault) -> Response:
        if fault is NO_FAULT or fault.effect in (Effect.REPLY_LOST, Effect.SLOW):
            return self._work(request, NO_FAULT)
        if fault.effect is Effect.HALF_UPLOADED:
            self._work(request, fault)
        return fault.response()

    def _work(self, request: Request, fault: Fault) -> Response:
        git = git_http.matches(request.path)
        if git:
            return self._git(request, git)
        if request.path.startswith("/api/"):
            return self._api(request, fault)
        with self.service.state.lock:
            return pages.answer(Call(service=self.service, request=request, token=ANONYMOUS))

    def _git(self, request: Request, values: dict[str, str]) -> Response:
        call = Call(service=self.service, request=request, token=ANONYMOUS, values=values)
        try:
            token = identify(request.headers, self.service.state)
        except ApiError:
            return git_http.challenge()
        return git_http.serve(replace(call, token=token))

    def _api(self, request: Request, fault: Fault) -> Response:
        docs = "rest"
        try:
            token = identify(request.headers, self.service.state)
        except ApiError as error:
            return _failed(error, docs)
        call = Call(service=self.service, request=request, token=token, fault=fault)
        free = request.path == f"{_API}/rate_limit"
        limits = self.service.limits
        budget = limits.look(token) if free else limits.spend(token)
        if budget.used > budget.limit:
            return _failed(ApiError(403, "API rate limit exceeded.", headers=budget.headers()), docs)
        with self.service.state.lock:
            return self._routed(call).with_headers(budget.headers())

    def _routed(self, call: Call) -> Response:
        docs = "rest"
        try:
            if call.request.path in _GRAPHQL:
                docs = "graphql"
                return endpoint.answer(call)
            found = self._found(call.request)
            docs = found.route.docs
            return _run(replace(call, values=found.values), found.route)
        except ApiError as error:
            return _failed(error, docs)
        except (Missing, NoObject):
            return _failed(not_found(), docs)

    def _found(self, request: Request) -> Found:
        if request.path.startswith(f"{_UPLOADS}/"):
            found = router.find(router.UPLOADS, request.method, request.path.removeprefix(_UPLOADS))
        else:
            found = router.find(router.API, request.method, request.path.removeprefix(_API))
        if isinstance(found, Found):
            return found
        _log.warning("the local GitHub has no route for %s %s", request.method, request.path)
        raise not_found()


def _run(call: Call, route: Route) -> Response:
    if route.needs:
        scope, _, level = route.needs.partition(":")
        call.demand(scope, level)
    return route.handler(call)


def _failed(error: ApiError, docs: str) -> Response:
    return json_response(error.body(docs), error.status, error.headers)
