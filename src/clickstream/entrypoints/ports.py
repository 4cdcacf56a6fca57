"""Whether a port can be had, or who answers there."""

import socket

from clickstream.errors import ClickstreamError


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen here."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def refuse_taken_port(host: str, port: int, command: str) -> None:
    """Raise where a port is in use, with the command that takes another one."""
    if not is_free(host, port):
        raise ClickstreamError(
            f"Port {port} of {host} is in use by another program. End that, or take another port: "
            f"{command} {port + 1 if port < 65535 else port - 1}"
        )


def answers(port: int, path: str) -> bool:
    """Whether a web server on this machine answers a request with 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(request.encode())
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False
