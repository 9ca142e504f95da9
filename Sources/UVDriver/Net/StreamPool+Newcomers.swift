import CLibUV
import Glibc
import MeshBase

/// Room for newcomers where clients that nobody knows take all places.
extension StreamPool {
    func welcome(_ slot: StreamPointer) {
        if open - closing > limit - reserve { makeRoom(for: slot) }
        slot.pointee.address = Self.peerAddress(slot)
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

    /// 0 for one that is no longer there.
    static func peerAddress(_ slot: StreamPointer) -> UInt32 { address(slot, uv_tcp_getpeername) }
    /// The address of this host that the peer came to.
    static func localAddress(_ slot: StreamPointer) -> UInt32 { address(slot, uv_tcp_getsockname) }

    private static func address(
        _ slot: StreamPointer,
        _ ask: (UnsafePointer<uv_tcp_t>?, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<Int32>?) -> Int32
    ) -> UInt32 {
        var address = sockaddr_in()
        var size = Int32(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { ask(tcp(slot), cuv_mutable_sockaddr($0), &size) }
        return status == 0 ? Endpoint(address).address : 0
    }
}
