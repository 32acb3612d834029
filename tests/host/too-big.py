"""Connects, and says as a router on the way would that what comes back is too big (RFC 4443, 3.2).

too-big.py ADDRESS PORT
"""

import socket
import struct
import sys
import time

address, port = sys.argv[1], int(sys.argv[2])
connection = socket.create_connection((address, port))
own, own_port = connection.getsockname()[:2]
packed = [socket.inet_pton(socket.AF_INET6, each) for each in (address, own)]
# The headers of an answer of 1,440 bytes, as they are on the way.
answer = struct.pack("!IHBB", 6 << 28, 1400, socket.IPPROTO_TCP, 64) + b"".join(packed)
answer += struct.pack("!HHIIBBHHH", port, own_port, 0, 0, 5 << 4, 16, 0, 0, 0)
icmp = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
icmp.sendto(struct.pack("!BBHI", 2, 0, 0, 1280) + answer, (address, 0))
time.sleep(5)
