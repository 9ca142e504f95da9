import CLibUV
import MeshBase

/// Room for newcomers where clients that nobody knows take all places.
extension StreamPool {
    func welcome(_ slot: StreamPointer) {
        if open - closing > limit - reserve { makeRoom(for: slot) }
        slot.pointee.address = Self.allotment(slot)
        strangers[slot.pointee.address, default: 0] += 1
    }

    /// Closes one that has shown nothing for longest, of the address that has most of them.
    private func makeRoom(for newcomer: StreamPointer) {
        let most = strangers.values.max() ?? 0
        var oldest: StreamPointer?
        for slot in slots where slot.pointee.isOpen && !slot.pointee.isClosing && slot != newcomer {
            guard !slot.pointee.isTrusted, !slot.pointee.isBusy, strangers[slot.pointee.address] == most,
                oldest.map({ slot.pointee.waitingSince < $0.pointee.waitingSince }) ?? true
            else { continue }
            oldest = slot
        }
        guard let oldest else { return }
        counters.evicted += 1
        close(oldest)
    }

    /// The peer has shown that it belongs here.
    package func trust(_ slot: StreamPointer) {
        guard !slot.pointee.isTrusted else { return }
        slot.pointee.isTrusted = true
        if reserve > 0 { forgetStranger(slot) }
    }

    func forgetStranger(_ slot: StreamPointer) {
        let address = slot.pointee.address
        let left = (strangers[address] ?? 1) - 1
        strangers[address] = left > 0 ? left : nil
    }

    /// Of IPv6 the subnet: whoever has one address of it has them all.
    private static func allotment(_ slot: StreamPointer) -> IPAddress { peerAddress(slot).allotment }

    /// Unspecified for one that is no longer there.
    static func peerAddress(_ slot: StreamPointer) -> IPAddress {
        if slot.pointee.isLocal { return .loopback }
        let peer = try? Endpoint("read the address of a peer") { uv_tcp_getpeername(tcp(slot), $0, &$1) }
        return peer?.address ?? .any
    }
    /// The address of this host that the peer came to.
    static func localAddress(_ slot: StreamPointer) -> IPAddress {
        if slot.pointee.isLocal { return .loopback }
        let own = try? Endpoint("read the own address of a connection") { uv_tcp_getsockname(tcp(slot), $0, &$1) }
        return own?.address ?? .any
    }
}
