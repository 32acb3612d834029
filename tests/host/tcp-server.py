"""Answers each TCP connection with "NAME PEER-ADDRESS", then sends back what it gets.

tcp-server.py NAME PORT...    on all IPv4 and IPv6 addresses
"""

import selectors
import socket
import sys

name, *ports = sys.argv[1:]
selector = selectors.DefaultSelector()
for port in ports:
    server = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server.bind(("::", int(port)))
    server.listen()
    selector.register(server, selectors.EVENT_READ)

while True:
    for key, _ in selector.select():
        if key.data is None:
            client, peer = key.fileobj.accept()
            client.sendall(f"{name} {peer[0].removeprefix('::ffff:')}\n".encode())
            selector.register(client, selectors.EVENT_READ, "client")
            continue
        try:
            data = key.fileobj.recv(4096)
            key.fileobj.sendall(data)
        except OSError:
            data = b""
        if not data:
            selector.unregister(key.fileobj)
            key.fileobj.close()
