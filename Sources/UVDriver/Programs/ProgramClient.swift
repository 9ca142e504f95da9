import MeshBase
import Nodes
import Wire

/// Speaks HTTP/1.1 to one program: a connection of its own for each call, because many a simple server works on one
/// connection at a time, and would wait on an idle one.
final class ProgramClient {
    /// How a call ended; never called within `send`.
    var onEnd: (UInt64, ProgramEnd) -> Void = { _, _ in }
    /// A question whether it is ready was answered.
    var onProbed: (Bool) -> Void = { _ in }

    private enum Purpose {
        case call(ProgramCall)
        /// Nil: that it takes the connection is enough.
        case question(path: String?)
    }
    private struct Exchange {
        var purpose: Purpose
        var parser = HTTPResponseParser()
        var isConnected = false
    }

    private let loop: EventLoop
    private let endpoint: Endpoint
    private let limits: HTTPLimits
    private var owner: StreamHandlers!
    private var pool: StreamPool!
    private var exchanges: [SlabKey: Exchange] = [:]
    private var streams: [UInt64: SlabKey] = [:]
    private var timer: LoopTimer?
    /// Ends that were known at once, told with the next turn.
    private var untold: [(UInt64, ProgramEnd)] = []

    /// - Parameters:
    ///   - calls: so many at once, at most; one connection more asks whether it is ready.
    ///   - bodyLimit: bytes of the largest answer.
    init(loop: EventLoop, to endpoint: Endpoint, calls: Int, bodyLimit: Int) {
        self.loop = loop
        self.endpoint = endpoint
        limits = HTTPLimits(body: bodyLimit)
        owner = StreamHandlers(on: loop) { [unowned self] in
            connected($0)
        } received: { [unowned self] in
            received($0)
        } ended: { [unowned self] in
            ended($0, error: $1)
        }
        pool = StreamPool(loop: loop, owner: owner, limit: 2 * calls + 2, inputLimit: limits.buffered)
    }

    /// All connections are closed.
    var isClosed: Bool { pool.open == 0 }

    /// `endTurn` has something to do.
    var hasMore: Bool { !untold.isEmpty || pool.isDirty }

    /// Writes what this turn has produced, and tells what had no connection.
    func endTurn() {
        let ends = untold
        untold = []
        for (ticket, end) in ends { onEnd(ticket, end) }
        pool.flush()
    }

    func send(_ call: ProgramCall) {
        guard let stream = pool.connect(to: endpoint) else { return untold.append((call.ticket, .unreachable)) }
        exchanges[stream.pointee.id] = Exchange(purpose: .call(call))
        streams[call.ticket] = stream.pointee.id
    }

    /// Nobody waits for this call any more.
    func drop(_ ticket: UInt64) {
        guard let id = streams.removeValue(forKey: ticket) else { return }
        exchanges[id] = nil
        if let stream = pool.stream(id) { pool.close(stream) }
    }

    /// Asks whether it is ready; one question at a time.
    func ask(_ path: String?, patience: TimeAmount) {
        guard let stream = pool.connect(to: endpoint) else { return answerLater() }
        let id = stream.pointee.id
        exchanges[id] = Exchange(purpose: .question(path: path))
        timer?.close()
        timer = try? LoopTimer.once(loop: loop, after: patience) { [unowned self] in probed(id, false) }
    }

    private func answerLater() {
        timer?.close()
        timer = try? LoopTimer.once(loop: loop, after: .milliseconds(1)) { [unowned self] in onProbed(false) }
    }

    /// Ends all connections and tells nobody.
    func close() {
        timer?.close()
        timer = nil
        exchanges = [:]
        streams = [:]
        untold = []
        pool.closeAll()
    }

    // MARK: Streams

    private func connected(_ stream: StreamPointer) {
        let id = stream.pointee.id
        guard let exchange = exchanges[id] else { return pool.close(stream) }
        exchanges[id]!.isConnected = true
        switch exchange.purpose {
        case .call(let call): call.append(host: endpoint.description, into: &stream.pointee.output)
        case .question(nil): return probed(id, true)
        case .question(let path?):
            var request = HTTPOutgoing(.get, endpoint, path)
            request.set("User-Agent", "cellmesh")
            request.append(to: &stream.pointee.output)
        }
        pool.wrote(stream)
    }

    private func received(_ stream: StreamPointer) {
        let id = stream.pointee.id
        guard exchanges[id] != nil else { return pool.close(stream) }
        switch exchanges[id]!.parser.parse(stream.pointee.input.mutableBytes, isHead: isHead(id), limits: limits) {
        case .incomplete: break
        case .failure: finish(id, nil, orLost: false)
        case .complete(let response): finish(id, response, orLost: false)
        }
    }

    private func ended(_ stream: StreamPointer, error: UVError?) {
        let id = stream.pointee.id
        guard exchanges[id] != nil else { return }
        if error == nil, case .complete(let response) = exchanges[id]!.parser.finish(stream.pointee.input.mutableBytes)
        {
            return finish(id, response, orLost: false)
        }
        finish(id, nil, orLost: true)
    }

    private func isHead(_ id: SlabKey) -> Bool {
        if case .call(let call) = exchanges[id]?.purpose { call.method == .head } else { false }
    }

    private func probed(_ id: SlabKey, _ isReady: Bool) {
        guard exchanges.removeValue(forKey: id) != nil else { return }
        if let stream = pool.stream(id) { pool.close(stream) }
        timer?.close()
        timer = nil
        onProbed(isReady)
    }

    /// - Parameters:
    ///   - response: nil where there is none that can be read.
    ///   - orLost: it is for the connection that there is none.
    private func finish(_ id: SlabKey, _ response: HTTPResponse?, orLost: Bool) {
        guard let exchange = exchanges.removeValue(forKey: id) else { return }
        let stream = pool.stream(id)
        switch exchange.purpose {
        case .question:
            exchanges[id] = exchange
            probed(id, response.map { 200..<300 ~= $0.status } ?? false)
        case .call(let call):
            streams[call.ticket] = nil
            var end = orLost ? (exchange.isConnected ? ProgramEnd.lost : .unreachable) : .garbage
            if let response, let stream, 200..<600 ~= response.status {
                let bytes = stream.pointee.input.bytes
                end = .answer(
                    ProgramAnswer(
                        status: UInt16(response.status),
                        isJSON: response.contentType.text(in: bytes).lowercased().hasPrefix("application/json"),
                        body: Array(response.body.bytes(in: bytes))))
            }
            if let stream { pool.close(stream) }
            onEnd(call.ticket, end)
        }
    }
}
