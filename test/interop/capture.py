"""Tells every UDP datagram on loopback as a line: source, destination, payload in hexadecimal digits."""
import socket
import struct
import sys

ETHERNET_BYTES = 14
UDP = 17

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(0x0800))
wire.bind(("lo", 0))
wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
print("listening", flush=True)
while True:
    frame, place = wire.recvfrom(65535)
    # On loopback each is seen as it leaves, and again as it arrives.
    if place[2] != socket.PACKET_HOST:
        continue
    ip = frame[ETHERNET_BYTES:]
    if ip[9] != UDP:
        continue
    udp = ip[(ip[0] & 15) * 4 :]
    source, target, length = struct.unpack("!HHH", udp[:6])
    ends = f"{socket.inet_ntoa(ip[12:16])}:{source} {socket.inet_ntoa(ip[16:20])}:{target}"
    sys.stdout.write(f"{ends} {udp[8:length].hex()}\n")
    sys.stdout.flush()
