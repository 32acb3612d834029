"""Answers each TCP connection with START, and then with MORE again and again for as long as somebody reads.

endless-server.py PORT START [MORE]    on all IPv4 and IPv6 addresses; escapes as in Python's strings
"""

import socketserver
import sys

port, *texts = sys.argv[1:]
start, more = ([text.encode().decode("unicode_escape").encode("latin-1") for text in texts] + [b""])[:2]


class Answer(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(1000)
        try:
            self.request.sendall(start)
            while more:
                self.request.sendall(more * (65536 // len(more)))
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    address_family = socketserver.socket.AF_INET6
    allow_reuse_address = True
    daemon_threads = True


Server(("::", int(port)), Answer).serve_forever()
