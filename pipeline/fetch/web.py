"""One HTTP request that has succeeded only when its whole body was read and found good."""

import http
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar

import requests
import urllib3
from requests.auth import AuthBase
from tqdm import tqdm

T = TypeVar("T")
CHUNK = 1 << 18
LONGEST_PAUSE = 30.0
# What GitHub asks of clients that it limits without naming a time.
UNNAMED_WAIT = 60.0


@dataclass(frozen=True)
class Patience:
    """How long and how often to try. Sleep and clock can be replaced, so that no test waits."""

    attempts: int = 5
    max_wait: float = 900.0
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time

    def pause(self, attempt: int) -> None:
        """Sleep before another attempt: 1, 2, 4 ... seconds after the first, second, third."""
        self.sleep(min(2.0**attempt, LONGEST_PAUSE))


class Fault(Exception):  # noqa: N818 - an outcome that the caller expects, not a mistake
    """One request gave nothing usable; the next may."""


class NoAnswer(Exception):  # noqa: N818 - as above
    """What was asked for cannot be had now; asking again at once would not help."""


class Limited(NoAnswer):
    """GitHub wants `seconds` of silence, more than the user allows."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Nobody(AuthBase):
    """No credentials at all. Without it, requests would add those that it finds in a .netrc file."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


class Bearer(AuthBase):
    """A token, set on one request; requests drops it when a redirect leads to another host."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the token to a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Web:
    """Requests of one run: they share connections, and the time that may be spent on rate limits."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self._waited = 0.0
        self._session = requests.Session()
        self._session.headers["User-Agent"] = "emergence-pipeline"

    def get(self, address: str, take: Callable[[requests.Response], T], auth: AuthBase | None = None) -> T:
        """Ask until `take` accepts the body, with a pause between attempts.

        Raises:
            NoAnswer: the last attempt failed too, or another would be in vain.
        """
        for attempt in range(self.patience.attempts):
            try:
                return self.attempt(address, take, auth)
            except Fault as error:
                fault = error
            if attempt + 1 < self.patience.attempts:
                self.patience.pause(attempt)
        raise NoAnswer(f"{fault} ({self.patience.attempts} attempts)") from fault

    def attempt(self, address: str, take: Callable[[requests.Response], T], auth: AuthBase | None = None) -> T:
        """Ask once; an answer that only asks for time is waited out.

        Raises:
            Fault: no answer, an error of the server, or a body that is cut or not accepted.
            NoAnswer: an answer that will not change, or a rate limit past what the user allows.
        """
        for limited in range(self.patience.attempts):
            with self._open(address, auth) as response:
                wait = asked_wait(response.status_code, response.headers, self.patience.clock(), limited)
                if wait is None:
                    return _taken(response, take, address)
            self._wait_out(wait, address)
        raise NoAnswer(f"{shown(address)}: still limited after {self.patience.attempts} waits")

    def _open(self, address: str, auth: AuthBase | None) -> requests.Response:
        timeout = (self.patience.connect_timeout, self.patience.read_timeout)
        try:
            return self._session.get(address, stream=True, timeout=timeout, auth=auth or Nobody())
        except requests.RequestException as error:
            # Never the library's own message: it may quote the address with its password.
            raise Fault(f"{shown(address)}: {type(error).__name__}") from error

    def _wait_out(self, seconds: float, address: str) -> None:
        if self._waited + seconds > self.patience.max_wait:
            raise Limited(
                f"{shown(address)}: limits requests and wants {seconds:,.0f} s of silence; MAX_WAIT allows "
                f"{max(0.0, self.patience.max_wait - self._waited):,.0f} s more",
                seconds,
            )
        tqdm.write(f"fetch    {shown(address)}: limits requests; going on in {seconds:,.0f} s")
        self._waited += seconds
        self.patience.sleep(seconds)


def _taken(response: requests.Response, take: Callable[[requests.Response], T], address: str) -> T:
    status = response.status_code
    if status != requests.codes.ok:
        message = f"{shown(address)}: the server answered {status}{_phrase(status)}"
        raise Fault(message) if status >= 500 or status == 408 else NoAnswer(message)
    try:
        return take(response)
    except Fault as fault:
        raise Fault(f"{shown(address)}: {fault}") from fault
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise Fault(f"{shown(address)}: broke off ({type(error).__name__})") from error


def _phrase(status: int) -> str:
    # The standard's words, for the server's own could hold anything.
    return f" {http.HTTPStatus(status).phrase}" if status in {known.value for known in http.HTTPStatus} else ""


def asked_wait(status: int, headers: Mapping[str, str], now: float, limited: int) -> float | None:
    """The seconds of silence that an answer asks for; None if it is not about a rate limit.

    GitHub sends X-RateLimit-Reset with every answer, so that only a spent limit gives it a meaning.

    Args:
        status: of the answer.
        headers: of the answer.
        now: seconds since 1970.
        limited: how many answers in a row asked for time before this one.
    """
    if status not in (403, 429):
        return None
    wait = _retry_after(headers.get("Retry-After", ""), now)
    if wait is None and headers.get("X-RateLimit-Remaining", "0").strip() == "0":
        reset = headers.get("X-RateLimit-Reset", "").strip()
        # A second more: the header is in whole seconds, and clocks differ.
        wait = int(reset) - now + 1 if _is_count(reset) else None
    if wait is None and status == 429:
        wait = UNNAMED_WAIT * 2**limited
    return None if wait is None else max(1.0, wait)


def _retry_after(text: str, now: float) -> float | None:
    if _is_count(text.strip()):
        return float(text)
    try:
        return parsedate_to_datetime(text).timestamp() - now
    except (TypeError, ValueError, OverflowError):
        return None


def _is_count(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,12}", text) is not None


def body(response: requests.Response, limit: int) -> bytes:
    """The whole body of an answer.

    Raises:
        Fault: it is longer than the limit.
    """
    return b"".join(_bounded(response.iter_content(CHUNK), limit))


def _bounded(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    received = 0
    for chunk in chunks:
        received += len(chunk)
        if received > limit:
            raise Fault(f"sends more than {limit:,} bytes")
        yield chunk


def shown(address: str) -> str:
    """An address fit for a message: without user name and password, query, and control characters."""
    bare = re.sub(r"(://)[^/@]*@", r"\1", address.partition("?")[0])
    return ascii(bare)[1:-1]
