"""The REST API as far as its login goes: 200 for an account that FILE has, else 401.

rest-server.py PORT FILE    on IPv4; FILE has a USER:PASSWORD a line, read at each request
"""

import base64
import http.server
import sys


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        _, _, login = self.headers.get("Authorization", "").partition(" ")
        with open(sys.argv[2]) as file:
            known = base64.b64decode(login).decode() in file.read().splitlines()
        self.send_response(200 if known else 401)
        self.end_headers()
        self.wfile.write(b'{"routers": {"data": []}}')


http.server.ThreadingHTTPServer(("", int(sys.argv[1])), Answer).serve_forever()
