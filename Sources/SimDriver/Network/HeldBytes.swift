import Chaos
import MeshBase

/// Something on its way that a cut or a clog holds until it has ended.
struct HeldBytes {
    /// What happens when it arrives.
    var event: SimEvent
    var from: SimMachine
    var to: SimMachine
    /// The end that sent it, where it belongs to a connection: nothing that this sends overtakes it.
    var socket: SimSocket?
    /// Of a stream, 0 for what is no data; of a datagram.
    var bytes: Int
    /// Since when.
    var since: Instant
    /// By a cut: the next attempt comes some time after the path is open again, as the timeout has grown meanwhile. Nil while
    /// nothing has held it.
    var isCut: Bool?
}

extension Simulation {
    /// Puts an event of a stream on its way.
    ///
    /// - Parameters:
    ///   - socket: the end that sends it, where it belongs to a connection that is open.
    ///   - bytes: of data.
    func dispatch(
        _ event: consuming SimEvent, from: SimMachine, to: SimMachine, by socket: SimSocket? = nil, bytes: Int = 0
    ) {
        dispatch(event, from, to, socket, bytes, since: now, isCut: nil)
    }

    /// The same, of what may have been held before.
    private func dispatch(
        _ event: consuming SimEvent, _ from: SimMachine, _ to: SimMachine, _ socket: SimSocket?, _ bytes: Int,
        since: Instant, isCut: Bool?
    ) {
        let fate =
            socket?.isHeld == true ? .held : network.segment(from: from, to: to, bytes: bytes, now: now)
        switch fate {
        case .held:
            hold(
                HeldBytes(
                    event: event, from: from, to: to, socket: socket, bytes: bytes, since: since, isCut: isCut))
        case .reset:
            guard let socket, bytes > 0 else { return arrive(event, now + .microseconds(1), socket) }
            reset(socket)
        case .arrives(var way):
            if isCut == true {
                let timeout = min(max(now - since, LinkPath.retransmission), .seconds(1))
                way = way + timeout * from.weather.unit()
            }
            arrive(event, now + way, socket)
        }
    }

    /// In the order of sending, whatever the delays.
    private func arrive(_ event: consuming SimEvent, _ at: Instant, _ socket: SimSocket?) {
        guard let socket else { return schedule(event, at: at) }
        let at = max(at, socket.lastArrival)
        socket.lastArrival = at
        schedule(event, at: at)
    }

    func hold(_ event: SimEvent, _ from: SimMachine, _ to: SimMachine, _ bytes: Int) {
        hold(HeldBytes(event: event, from: from, to: to, socket: nil, bytes: bytes, since: now))
    }

    private func hold(_ sent: HeldBytes) {
        var sent = sent
        if sent.isCut == nil { sent.isCut = network.weather.effect(from: sent.from.index, to: sent.to.index).isCut }
        sent.socket?.isHeld = true
        held.append(sent)
    }

    /// Faults have ended: what they held goes on, where nothing else holds it.
    func release() {
        let waiting = held
        held = []
        for sent in waiting { sent.socket?.isHeld = false }
        for sent in waiting {
            if case .datagram = sent.event {
                send(sent)
            } else {
                dispatch(
                    sent.event, sent.from, sent.to, sent.socket, sent.bytes, since: sent.since, isCut: sent.isCut)
            }
        }
    }

    private func send(_ held: HeldBytes) {
        switch network.datagram(from: held.from, to: held.to, bytes: held.bytes, now: now) {
        case .lost: return
        case .held: self.held.append(held)
        case .arrives(let way, let copy):
            schedule(held.event, after: way)
            if let copy { schedule(held.event, after: copy) }
        }
    }

    /// A fault breaks a connection: both ends find it broken.
    private func reset(_ socket: SimSocket) {
        let peer = socket.peer
        socket.peer = nil
        peer?.peer = nil
        for end in [socket, peer].compactMap({ $0 }) where end.stage != .closed {
            schedule(.ended(end), after: .microseconds(1))
        }
    }
}
