import Chaos
import MeshBase

extension WireLayer {
    /// Sends a datagram as the rules will have it. Only while the layer is active.
    func send(_ datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
        guard let peer = number(at: endpoint), !paths[peer].effect.isNone else { return transmit(endpoint, datagram) }
        let now = loop.now()
        switch paths[peer].datagram(bytes: datagram.count, now: now, &random) {
        case .lost:
            let isCut = paths[peer].effect.isCut
            if isCut { counters.cutSent += 1 } else { counters.lostDatagrams += 1 }
            struck(isCut ? .cut : .lost, with: peer)
        case .arrives(let first, let again):
            if first > now + Self.slack { struck(.delayed, with: peer) }
            send(datagram, to: endpoint, at: first, now)
            if let again {
                counters.duplicatedDatagrams += 1
                struck(.duplicated, with: peer)
                send(datagram, to: endpoint, at: again, now)
            }
        }
    }

    private func send(_ datagram: UnsafeRawBufferPointer, to endpoint: Endpoint, at: Instant, _ now: Instant) {
        guard at > now + Self.slack else { return transmit(endpoint, datagram) }
        guard let slot = queue.add(datagram, to: endpoint) else {
            counters.overflow += 1
            return
        }
        counters.delayedDatagrams += 1
        arm(.datagram(slot), at: at)
    }

    /// The time of a datagram has come. A cut that began meanwhile stops it; other changes do not.
    func sendWaiting(_ slot: UInt32) {
        guard let entry = queue.take(slot) else { return }
        if let peer = number(at: entry.endpoint), paths[peer].effect.isCut {
            counters.cutSent += 1
            struck(.cut, with: peer)
            return
        }
        entry.bytes.withUnsafeBytes { transmit(entry.endpoint, $0) }
    }

    /// Whether what this sender sends is received. Only while the layer is active.
    func hears(_ endpoint: Endpoint) -> Bool {
        guard let peer = number(at: endpoint), rules?.isDeaf[peer] ?? false else { return true }
        counters.cutReceived += 1
        struck(.cut, with: peer, isArrival: true)
        return false
    }
}
