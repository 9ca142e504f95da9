import MeshBase

/// Reads an answer that goes on, such as `text/event-stream`, as it comes. One at a time; it may be begun again after its
/// end, which is how a reader comes back.
///
/// `close()` it before the loop is closed.
package final class HTTPFollower: StreamOwner {
    /// Why nothing more comes.
    package enum End: Error, Sendable, Equatable, CustomStringConvertible {
        /// Nobody listens there.
        case unreachable(Endpoint, String)
        /// The server answered with another status than 200; with the body, of 64 KiB at most.
        case refused(status: Int, body: [UInt8])
        /// What came is no answer.
        case malformed(Endpoint)
        /// The server ended it, or the connection broke.
        case ended(Endpoint)

        package var description: String {
            switch self {
            case .unreachable(let endpoint, let reason): "cannot connect to \(endpoint): \(reason)"
            case .refused(let status, _): "it was answered with \(status)"
            case .malformed(let endpoint): "\(endpoint) sent an answer that cannot be read"
            case .ended(let endpoint): "\(endpoint) has closed the connection"
            }
        }
    }

    private static let longestHead = 16 << 10
    private static let longestRefusal = 64 << 10

    private var pool: StreamPool!
    private var call: (id: SlabKey, request: HTTPOutgoing)?
    private var status: Int?
    private let onBytes: (UnsafeRawBufferPointer) -> Void
    private let onEnd: (End) -> Void

    /// - Parameters:
    ///   - onBytes: of the body, as they come.
    ///   - onEnd: once for each that was begun and not closed.
    package init(
        loop: EventLoop, onBytes: @escaping (UnsafeRawBufferPointer) -> Void, onEnd: @escaping (End) -> Void
    ) {
        self.onBytes = onBytes
        self.onEnd = onEnd
        super.init(on: loop)
        // The former one may still be closing.
        pool = StreamPool(loop: loop, owner: self, limit: 8, inputLimit: 1 << 20)
        loop.beforeWaiting { [weak self] in self?.pool.flush() }
    }

    /// Whether an answer is being read, or waited for.
    package var isOpen: Bool { call != nil }

    /// Asks; what was being read is given up.
    /// - Returns: why it could not be begun; `onEnd` is not called then.
    package func begin(_ request: HTTPOutgoing) -> End? {
        close()
        guard request.isSendable else { return .malformed(request.endpoint) }
        guard let stream = pool.connect(to: request.endpoint) else {
            return .unreachable(request.endpoint, "no connection could be opened")
        }
        call = (stream.pointee.id, request)
        status = nil
        return nil
    }

    /// Gives up what is being read; nobody is told.
    package func close() {
        guard let call else { return }
        self.call = nil
        if let stream = pool.stream(call.id) { pool.close(stream) }
    }

    private func finish(_ end: End) {
        close()
        onEnd(end)
    }

    // MARK: Streams

    package override func connected(_ stream: StreamPointer) {
        guard let call, call.id == stream.pointee.id else { return pool.close(stream) }
        call.request.append(to: &stream.pointee.output)
        pool.wrote(stream)
    }

    package override func received(_ stream: StreamPointer) {
        guard let call, call.id == stream.pointee.id else { return }
        if status == nil, !readHead(stream, call.request.endpoint) { return }
        if status != 200 {
            if stream.pointee.input.count > Self.longestRefusal { refuse(stream) }
            return
        }
        let count = stream.pointee.input.count
        guard count > 0 else { return }
        onBytes(stream.pointee.input.bytes)
        // Whoever was called may have given it up.
        if self.call?.id == stream.pointee.id { pool.consume(stream, count) }
    }

    /// - Returns: whether the head has come.
    private func readHead(_ stream: StreamPointer, _ endpoint: Endpoint) -> Bool {
        let bytes = stream.pointee.input.bytes
        let end: [UInt8] = [13, 10, 13, 10]
        var place = 0
        while place + 4 <= bytes.count, !(0..<4).allSatisfy({ bytes[place + $0] == end[$0] }) { place += 1 }
        guard place + 4 <= bytes.count else {
            if bytes.count > Self.longestHead { finish(.malformed(endpoint)) }
            return false
        }
        let head = String(decoding: bytes[..<min(place, 12)], as: UTF8.self)
        guard head.hasPrefix("HTTP/1."), let code = Int(head.suffix(3)), (200...599).contains(code) else {
            finish(.malformed(endpoint))
            return false
        }
        status = code
        pool.consume(stream, place + 4)
        return true
    }

    private func refuse(_ stream: StreamPointer) {
        let body = Array(stream.pointee.input.bytes.prefix(Self.longestRefusal))
        finish(.refused(status: status ?? 0, body: body))
    }

    package override func ended(_ stream: StreamPointer, error: UVError?) {
        guard let call, call.id == stream.pointee.id else { return }
        if let error, error.operation == "connect" {
            return finish(.unreachable(call.request.endpoint, error.message))
        }
        guard let status, status != 200 else { return finish(.ended(call.request.endpoint)) }
        refuse(stream)
    }
}
