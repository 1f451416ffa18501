"""HTTP for clients of all kinds: one that dawdles, or sends or asks without end, is turned away.

An answer goes out in as few pieces as it can.
"""

from __future__ import annotations

import sys
from asyncio import AbstractEventLoop, BaseTransport, TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

#: Seconds a request may take from its first byte to its last.
REQUEST_SECONDS = 20
#: Seconds a client may take nothing of an answer that waits for it.
ANSWER_SECONDS = 30
#: Bytes of the line and the fields before the content.
LONGEST_HEAD = 1 << 16
#: Bytes after the head, however they are wrapped; what is wrong with fewer is still said.
_LONGEST_REST = 1 << 24
#: Requests that a client may send ahead of its answers.
_MOST_AHEAD = 16
#: Bytes that wait for what belongs to them.
_MOST_HELD = 1 << 16


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose patience ends: a request must be complete in time and its head be short."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  # what uvicorn hands on
        super().__init__(*arguments, **named)
        self._alarm: TimerHandle | None = None
        self._untaken: TimerHandle | None = None
        #: What is answered just now; `cycle` is the last request, which may wait behind it.
        self._at_work: RequestResponseCycle | None = None
        self._in_head = True
        self._head = 0
        self._rest = 0

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to wait for a request."""
        assert isinstance(transport, Transport) or hasattr(transport, "write")  # noqa: S101  # tells the type checker
        super().connection_made(_Joined(transport, self.loop))  # type: ignore[arg-type]  # asked for less than it types
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        self._is_taken()
        self.pipeline.clear()
        if self._at_work is not None and not self._at_work.response_complete:
            self._at_work.disconnected = True
            self._at_work.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what the client sends, as long as it is not too much."""
        if self._in_head:
            self._head += len(data)
        else:
            self._rest += len(data)
        super().data_received(data)
        if self._alarm is None and (self.cycle is None or self.cycle.response_complete):
            # What has come is no request, nor the beginning of one: empty lines, say.
            self._wait()
        if (self._in_head and self._head > LONGEST_HEAD) or self._rest > _LONGEST_REST:
            self._turn_away(431, "Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a request."""
        super().on_message_begin()
        self._in_head = True
        self._rest = 0
        if self._alarm is None:
            self._wait()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the head; those behind the content (trailers) are not kept."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request on."""
        self._in_head = False
        self._head = 0
        if len(self.pipeline) >= _MOST_AHEAD:
            self.transport.close()
        if self.transport.is_closing():
            return
        super().on_headers_complete()
        if not self.pipeline:
            self._at_work = self.cycle

    def on_response_complete(self) -> None:
        """Go on with the next request if there is one."""
        if self.pipeline:
            self._at_work = self.pipeline[-1][0]
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Begin to wait for the client to take its answer."""
        super().pause_writing()
        if self._untaken is None:
            self._untaken = self.loop.call_later(ANSWER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Wait no more: it has taken some."""
        self._is_taken()
        super().resume_writing()

    def on_message_complete(self) -> None:
        """Wait no more: the request is whole."""
        self._wait_no_more()
        super().on_message_complete()

    def _wait(self) -> None:
        self._alarm = self.loop.call_later(REQUEST_SECONDS, self._turn_away, 408, "Request Timeout")

    def _wait_no_more(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _is_taken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def _turn_away(self, status: int, words: str) -> None:
        if self.transport.is_closing():
            return
        if self.cycle is None or (self._in_head and self.cycle.response_complete):
            head = f"HTTP/1.1 {status} {words}\r\nconnection: close\r\n"
            self.transport.write(
                f"{head}content-type: text/plain\r\ncontent-length: 0\r\n\r\n".encode()
            )
        self.transport.close()


class _Joined:
    """A transport that sends what is written in one turn of the event loop as one piece.

    The server writes the head of an answer and its content apart. Each piece that is sent costs
    more than all else that is done for a small answer, and wakes the client.
    """

    def __init__(self, transport: Transport, loop: AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Send `data` with what follows at once."""
        if not self._held:
            self._loop.call_soon(self._send)
        self._held.append(data)
        self._size += len(data)
        if self._size >= _MOST_HELD:
            self._send()

    def close(self) -> None:
        """Send what is held, then close."""
        self._send()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all else is the transport's
        return getattr(self._transport, name)

    def _send(self) -> None:
        if self._held:
            data = b"".join(self._held)
            self._held.clear()
            self._size = 0
            # The client may have left since.
            if not self._transport.is_closing():
                self._transport.write(data)


def patience(listener: Any) -> None:  # noqa: ANN401  # what uvicorn hands on
    """Have the system end connections of this listener whose client takes nothing for a minute."""
    import socket

    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None and sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, option, 60_000)
