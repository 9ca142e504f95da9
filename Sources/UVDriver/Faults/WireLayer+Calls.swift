import Chaos
import MeshBase

extension WireLayer {
    /// Calls that wait for their time at once; further ones are lost.
    static var mostCalls: Int { 256 }

    /// Begins a short exchange over a stream of its own when the faults let it. A cut in either direction prevents it: no
    /// connection comes about. A delay strikes four times: on the two ways of the connection's opening, on the request and
    /// on the answer.
    package func call(_ endpoint: Endpoint, bytes: Int, _ begin: @escaping () -> Void) {
        guard isActive, let peer = number(at: endpoint) else { return begin() }
        guard !preventsConnection(with: peer) else { return connectionHangs(with: peer) }
        let now = loop.now()
        var wait = TimeAmount.zero
        for size in [40, 40, bytes, bytes] {
            switch judge(Int32(peer), size, now: now) {
            case .reset: return
            case .arrives(let at): wait = wait + (at - now)
            }
        }
        guard wait > .zero else { return begin() }
        guard calls.count < Self.mostCalls else {
            counters.overflow += 1
            return
        }
        lastCall &+= 1
        calls[lastCall] = { [unowned self] in preventsConnection(with: peer) ? connectionHangs(with: peer) : begin() }
        arm(.call(lastCall), at: now + wait)
    }
}
