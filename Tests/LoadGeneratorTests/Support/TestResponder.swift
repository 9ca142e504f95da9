import LoadGenerator
import MeshBase
import UVDriver
import Wire

/// A small server on the loop of the run under test: keeps records in memory and answers as a router would, with knobs
/// that break it. Requests of the generator arrive whole, so one read is one request.
final class TestResponder {
    struct Record {
        var counter: UInt64
        var value: [UInt8]
    }

    let loop: EventLoop
    private(set) var listener: StreamListener!
    private var pool: StreamPool!
    private var handlers: StreamHandlers!
    private var timers: [LoopTimer] = []
    private var held: [(StreamPointer, [UInt8])] = []
    private var parser = HTTPRequestParser()
    var records: [String: Record] = [:]
    /// Keeps siblings of every record, where it is to.
    var siblings: TestSiblings?
    private(set) var requests = 0
    private(set) var targets: Set<String> = []
    private(set) var priorities: [String: Int] = [:]

    /// Answers are held back and sent together when this becomes false.
    var isStalled = false { didSet { if !isStalled { releaseAll() } } }
    /// Never answers again.
    var isSilent = false
    /// Every n-th request ends its connection instead of being answered; 0 for none.
    var dropsEvery = 0
    /// Acknowledged writes of which every n-th is not kept; 0 for none.
    var forgetsEvery = 0
    /// How many of a customer's cells serve, of 3.
    var serving: (String) -> Int = { _ in 3 }
    /// Refuses with a status and the type of a problem, by method and customer.
    var problem: ((HTTPMethod, String) -> (Int, String)?)?
    /// Loses all records when the first of them is asked for.
    var forgetsAllOnRead = false
    private var writes = 0

    init(loop: EventLoop) throws {
        self.loop = loop
        handlers = StreamHandlers(
            on: loop, received: { [unowned self] in received($0) },
            ended: { [unowned self] stream, _ in held.removeAll { $0.0 == stream } })
        pool = StreamPool(loop: loop, owner: handlers, limit: 4096, inputLimit: 1 << 20)
        loop.beforeWaiting { [weak self] in self?.pool.flush() }
        listener = try StreamListener(pool: pool, bind: .loopback(0))
    }

    var endpoint: Endpoint { listener.local }

    /// Runs something later, on the loop.
    func after(_ delay: TimeAmount, _ body: @escaping () -> Void) throws {
        timers.append(try LoopTimer.once(loop: loop, after: delay, body))
    }

    func close() {
        listener.close()
        for timer in timers { timer.close() }
        pool.closeAll()
    }

    func closeConnections() { pool.closeAll() }

    private func received(_ stream: StreamPointer) {
        var parser = HTTPRequestParser()
        let bytes = stream.pointee.input.mutableBytes
        guard case .complete(let request) = parser.parse(bytes, limits: .standard) else { return }
        let view = UnsafeRawBufferPointer(bytes)
        let method = request.method
        let target = request.target.text(in: view)
        let body = Array(request.body.bytes(in: view))
        if request.priority.isPresent { priorities[request.priority.text(in: view), default: 0] += 1 }
        pool.consume(stream, request.consumed)
        requests += 1
        targets.insert(target)
        if isSilent { return }
        if dropsEvery > 0, requests % dropsEvery == 0 { return pool.close(stream) }
        let answer = answer(method, target, body, request.ifMatch.text(in: view))
        if isStalled { held.append((stream, answer)) } else { write(answer, to: stream) }
    }

    private func write(_ answer: [UInt8], to stream: StreamPointer) {
        stream.pointee.output.append(answer)
        pool.wrote(stream)
    }

    private func releaseAll() {
        for (stream, answer) in held { write(answer, to: stream) }
        held = []
    }

    private func answer(_ method: HTTPMethod, _ target: String, _ body: [UInt8], _ condition: String) -> [UInt8] {
        let customer = String(target.split(separator: "/")[2])
        let shard = "X-Cell: a-1\r\nX-Shard: \(serving(customer))/3\r\n"
        if let (status, type) = problem?(method, customer) {
            return response(status, shard, Array("{\"type\":\"\(type)\",\"title\":\"x\"}\n".utf8))
        }
        if target.contains("/services/") { return response(200, shard, Array("{}".utf8)) }
        if siblings != nil {
            if method == .put { writes += 1 }
            let forgets = method == .put && forgetsEvery > 0 && writes % forgetsEvery == 0
            let (status, tag, text) =
                method == .put
                ? siblings!.write(target, body, superseding: condition, forgets: forgets) : siblings!.read(target)
            return response(status, shard + (tag.isEmpty ? "" : "ETag: \"\(tag)\"\r\n"), text)
        }
        if method == .put {
            writes += 1
            let counter = (records[target]?.counter ?? 0) + 1
            let isNew = records[target] == nil
            if forgetsEvery == 0 || writes % forgetsEvery != 0 {
                records[target] = Record(counter: counter, value: body)
            }
            return response(isNew ? 201 : 204, shard + "ETag: \"\(String(counter, radix: 16))-2a\"\r\n", [])
        }
        if forgetsAllOnRead { records = [:] }
        guard let record = records[target] else {
            return response(404, shard, Array("{\"type\":\"no-record\"}\n".utf8))
        }
        return response(200, shard + "ETag: \"\(String(record.counter, radix: 16))-2a\"\r\n", record.value)
    }

    private func response(_ status: Int, _ fields: String, _ body: [UInt8]) -> [UInt8] {
        let length = status == 204 ? "" : "Content-Length: \(body.count)\r\n"
        return Array("HTTP/1.1 \(status) X\r\n\(fields)\(length)\r\n".utf8) + body
    }
}

/// Runs a load against a responder to its end.
func runLoad(
    _ configuration: LoadConfiguration, target: Endpoint? = nil,
    _ prepare: (TestResponder, LoadRun) throws -> Void = { _, _ in }
) throws -> (report: LoadReport, responder: TestResponder) {
    let loop = try EventLoop()
    let responder = try TestResponder(loop: loop)
    var configuration = configuration
    if configuration.mix.services > 0 { configuration.services = ["checkout"] }
    let run = try LoadRun(loop: loop, target: target ?? responder.endpoint, configuration: configuration)
    var report: LoadReport?
    run.onFinish = {
        report = $0
        responder.close()
    }
    try prepare(responder, run)
    try run.start()
    loop.run()
    let leftovers = loop.close()
    guard let report else { throw LoadError("the load did not finish") }
    guard leftovers.isEmpty else { throw LoadError("handles were left open: \(leftovers)") }
    return (report, responder)
}
