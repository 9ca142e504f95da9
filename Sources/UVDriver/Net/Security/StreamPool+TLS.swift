import CLibUV
import MeshBase
import TLS

/// Streams whose bytes are encrypted. Their owners see nothing of it: `connected` comes when both ends have proved
/// themselves, `input` and `output` are in the clear.
extension StreamPool {
    /// - Returns: whether encryption could begin.
    func begin(_ security: StreamSecurity, _ side: TLSSession.Side, on slot: StreamPointer) -> Bool {
        slot.pointee.isUndecided = false
        slot.pointee.tls = try? security.session(side)
        return slot.pointee.tls != nil
    }

    /// A record of a handshake (RFC 8446, 5.1): no HTTP method and no mesh link begins with it.
    private static let handshake: UInt8 = 22

    /// The first bytes are in `input`.
    ///
    /// - Returns: whether they were the beginning of encryption, and are taken.
    func decide(_ slot: StreamPointer) -> Bool {
        slot.pointee.isUndecided = false
        guard let security, let first = slot.pointee.input.bytes.first else { return false }
        guard first == Self.handshake else {
            slot.pointee.isExposed = security.rule == .all || !isOfThisHost(slot)
            if !slot.pointee.output.isEmpty { wrote(slot) }
            return false
        }
        guard begin(security, .acceptor, on: slot) else {
            close(slot)
            return true
        }
        slot.pointee.tls!.feed(slot.pointee.input.bytes)
        slot.pointee.input.removeAll()
        goOn(slot)
        return true
    }

    private func isOfThisHost(_ slot: StreamPointer) -> Bool {
        let peer = Self.peerAddress(slot)
        return peer.isLoopback || peer == Self.localAddress(slot)
    }

    /// `count` bytes are in the scratch.
    func readSecured(_ slot: StreamPointer, _ count: Int) {
        slot.pointee.tls!.feed(UnsafeRawBufferPointer(rebasing: security!.scratch[..<count]))
        goOn(slot)
    }

    /// Takes the next step towards each other, or what has come; what there is to say goes out.
    func goOn(_ slot: StreamPointer) {
        let session = slot.pointee.tls!
        do throws(TLSFault) {
            if !session.isOpen {
                guard try session.shakeHands() else { return send(slot) }
                counters.secured += 1
                send(slot)
                guard !slot.pointee.isClosing else { return }
                if session.side == .opener { owner.connected(slot) }
                guard !slot.pointee.isClosing else { return }
                // What the owner said before both ends were known.
                if !slot.pointee.output.isEmpty || slot.pointee.closesAfterWrite { wrote(slot) }
                if slot.pointee.closesAfterWrite { return pauseReading(slot) }
            }
            let before = slot.pointee.input.count
            try session.read(into: &slot.pointee.input)
            send(slot)
            guard !slot.pointee.isClosing else { return }
            if slot.pointee.isLingering { slot.pointee.input.removeAll() }
            if slot.pointee.input.count > before { deliver(slot) }
            if session.hasEnded, !slot.pointee.isClosing, !slot.pointee.hasEnded {
                pauseReading(slot)
                end(slot)
            }
        } catch {
            counters.count(error.kind)
            // The other side is told why, where the kernel takes it at once.
            send(slot)
            guard !slot.pointee.isClosing else { return }
            owner.unsecured(slot, error)
            guard !slot.pointee.isClosing else { return }
            fail(slot, UVError(code: UV_EPROTO.rawValue, operation: "secure"))
        }
    }

    /// Encrypts the first bytes of the output and writes them.
    func writeSecured(_ slot: StreamPointer, _ count: Int) {
        let session = slot.pointee.tls!
        guard !slot.pointee.isWriting else { return }
        // Before both ends are known nothing goes out but what makes them known; `goOn` takes up the rest.
        guard session.isOpen else { return send(slot) }
        if count > 0 {
            do throws(TLSFault) {
                try session.write(UnsafeRawBufferPointer(rebasing: slot.pointee.output.bytes[..<count]))
            } catch {
                counters.count(error.kind)
                return fail(slot, UVError(code: UV_EPROTO.rawValue, operation: "encrypt"))
            }
            slot.pointee.output.consume(count)
            if slot.pointee.output.isEmpty { slot.pointee.output.shrink(beyond: 262_144) }
        }
        send(slot)
        if !slot.pointee.isClosing { finishWriting(slot) }
    }

    /// Writes what the session has for the network.
    private func send(_ slot: StreamPointer) {
        // What is on its way is libuv's; `writeEnded` takes up the rest.
        guard !slot.pointee.isWriting else { return }
        slot.pointee.tls!.drain(into: &slot.pointee.writing)
        guard !slot.pointee.writing.isEmpty else { return }
        guard let done = tryWrite(slot.pointee.writing.bytes, to: slot) else { return }
        slot.pointee.writing.consume(done)
        if slot.pointee.writing.isEmpty {
            slot.pointee.writing.shrink(beyond: 65_536)
        } else {
            writeInBackground(slot)
        }
    }

    /// Says that nothing more comes, before the stream is closed.
    ///
    /// - Returns: whether that is being written: `finishWriting` comes again.
    func sayGoodbye(_ slot: StreamPointer) -> Bool {
        slot.pointee.tls!.sayGoodbye()
        send(slot)
        return slot.pointee.isWriting || slot.pointee.isClosing
    }

    /// Whether it is to be encrypted and the ends have not proved themselves yet: nothing may be said.
    package func isSecuring(_ slot: StreamPointer) -> Bool { slot.pointee.tls.map { !$0.isOpen } ?? false }
}
