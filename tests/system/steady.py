"""A client who never pauses: what it loses, a reload or a stop has lost."""

import socket
import threading

from dnsd import SECONDS, framed, receive_message

import dns.message


class Steady(threading.Thread):
    """Asks for the serial without a pause, over UDP or TCP, until it is stopped; keeps all serials in order."""

    def __init__(self, dnsd, tcp=False):
        super().__init__()
        self.port = dnsd.ports["127.0.0.1"]
        self.type = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
        self.serials = []
        self.lost = 0
        self.stopping = threading.Event()
        self.seen = threading.Condition()

    def run(self):
        query = dns.message.make_query("example.com", "SOA").to_wire()
        with socket.socket(socket.AF_INET, self.type) as client:
            client.settimeout(SECONDS)
            client.connect(("127.0.0.1", self.port))
            while not self.stopping.is_set():
                self.ask(client, query)

    def ask(self, client, query):
        try:
            if self.type == socket.SOCK_STREAM:
                client.sendall(framed(query))
                reply = receive_message(client)
            else:
                client.send(query)
                reply = dns.message.from_wire(client.recv(4096))
            serial = reply.answer[0][0].serial
        except (TimeoutError, EOFError, ConnectionError, IndexError):
            self.lost += 1
            return
        with self.seen:
            self.serials.append(serial)
            self.seen.notify()

    def wait_for(self, serial):
        with self.seen:
            assert self.seen.wait_for(lambda: self.serials and self.serials[-1] == serial, SECONDS)

    def stop(self):
        self.stopping.set()
        self.join()
