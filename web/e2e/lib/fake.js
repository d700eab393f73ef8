// A server of our own behind the widget's socket, for what the real one cannot
// be made to say at will: a person, an AI, a queue, errors, closing codes. The
// page, the API and the tokens stay the real server's.

/** Answers every socket of a context with play(peer) once it has said hello. */
export async function fakeSocket(context, play) {
  const peers = [];
  await context.routeWebSocket(/\/ws$/, (socket) => {
    const peer = new Peer(socket, peers.length);
    peers.push(peer);
    socket.onMessage((data) => {
      const frame = JSON.parse(data);
      peer.got.push(frame);
      if (frame.type === "hello") play(peer);
      else if (frame.type === "send" || frame.type === "choose") peer.onMessage(frame);
    });
  });
  return peers;
}

class Peer {
  got = [];
  seq = 0;
  /** What to do with what the visitor says; by default it is taken. */
  onMessage = (frame) => this.take(frame);

  constructor(socket, index) {
    this.socket = socket;
    this.index = index;
  }

  get hello() {
    return this.got.find((frame) => frame.type === "hello");
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  welcome(fields = {}) {
    this.send({ type: "welcome", session: "fake", seq: 0, owner: "bot", read: 0, ...fields });
  }

  event(fields) {
    this.seq = fields.seq ?? this.seq + 1;
    this.send({ type: "event", from: "bot", origin: "script", kind: "text", at: new Date().toISOString(), ...fields, seq: this.seq });
    return this.seq;
  }

  /** Takes what the visitor said into the log. */
  take(frame) {
    const seq = this.event({ from: "visitor", origin: undefined, text: frame.text ?? frame.value, id: frame.id });
    this.send({ type: "ack", id: frame.id, seq });
  }

  close(code) {
    this.socket.close({ code, reason: "" });
  }
}
