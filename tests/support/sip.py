"""The least of SIP (RFC 3261) that lets a phone call an RTP bridge: INVITE is answered with its address."""

import socket
import threading
from typing import Self


class SipAnswerer(threading.Thread):
    """Answers calls with G.711 mu-law at the bridge."""

    def __init__(self, bridge: tuple[str, int]) -> None:
        super().__init__(daemon=True)
        self.bridge = bridge
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.port = int(self.socket.getsockname()[1])
        self.calls = 0
        self.stopped = threading.Event()

    def run(self) -> None:
        """Answer until stopped."""
        while not self.stopped.is_set():
            try:
                data, phone = self.socket.recvfrom(65_535)
            except TimeoutError:
                continue
            request = data.decode()
            method = request.split(" ", 1)[0]
            if method == "INVITE":
                self.calls += 1
                self.socket.sendto(self.reply(request, self.session()), phone)
            elif method != "ACK":
                self.socket.sendto(self.reply(request, ""), phone)

    def session(self) -> str:
        """Return the answer in SDP."""
        host, port = self.bridge
        lines = (
            "v=0",
            f"o=- 0 0 IN IP4 {host}",
            "s=-",
            f"c=IN IP4 {host}",
            "t=0 0",
            f"m=audio {port} RTP/AVP 0",
        )
        return "".join(f"{line}\r\n" for line in (*lines, "a=rtpmap:0 PCMU/8000", "a=sendrecv"))

    def reply(self, request: str, body: str) -> bytes:
        """Return 200 OK with what a response must repeat (RFC 3261 section 8.2.6.2)."""
        lines = ["SIP/2.0 200 OK"]
        for line in request.split("\r\n\r\n", 1)[0].split("\r\n")[1:]:
            name = line.split(":", 1)[0].strip().lower()
            if name in {"via", "from", "call-id", "cseq"}:
                lines.append(line)
            elif name == "to":
                lines.append(line if ";tag=" in line else f"{line};tag=mcu")
        lines += [f"Contact: <sip:mcu@127.0.0.1:{self.port}>", f"Content-Length: {len(body)}"]
        if body:
            lines.insert(-1, "Content-Type: application/sdp")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop and close."""
        self.stopped.set()
        self.join()
        self.socket.close()
