import MeshBase
import Reports
import Topology
import UVDriver

/// Fetches from processes the traces that have ended there, and keeps them. Nobody is asked who has told of nothing new in
/// his vitals, which are looked at anyway. Confined to the loop's thread.
package final class TraceGatherer {
    private static let patience = TimeAmount.seconds(2)

    private let loop: EventLoop
    private let client: HTTPClient
    /// Where a process that runs is asked; nil for one that does not.
    private let admin: (ProcessName) -> Endpoint?
    private var rounds = TraceRounds()
    private var names: [String: ProcessName] = [:]
    /// What is kept.
    package private(set) var keeper = TraceKeeper()
    private var isClosed = false

    init(loop: EventLoop, client: HTTPClient, admin: @escaping (ProcessName) -> Endpoint?) {
        self.loop = loop
        self.client = client
        self.admin = admin
    }

    func close() { isClosed = true }

    /// A process has told its vitals.
    ///
    /// - Parameters:
    ///   - boot: of its life; nil where it does not say, and has no traces to tell of then.
    ///   - last: how far its traces are; nil where none has ended.
    func heard(_ name: ProcessName, boot: String?, _ last: TraceCursor?) {
        guard !isClosed, let boot, let last else { return }
        names[name.name] = name
        rounds.heard(name.name, boot: boot, last)
        askNext()
    }

    private func askNext() {
        while !isClosed, let question = rounds.next(now: loop.now()) {
            guard let name = names[question.process], let admin = admin(name) else {
                _ = rounds.answered(question, nil, bytes: 0, now: loop.now())
                continue
            }
            let after = question.after
            let target = "/v1/traces?outcome=\(after.outcome)&plain=\(after.plain)"
            client.send(HTTPOutgoing(.get, admin, target), timeout: Self.patience) { [weak self] in
                self?.take($0, question)
            }
        }
    }

    private func take(_ result: Result<HTTPAnswer, HTTPClientError>, _ question: TraceRounds.Question) {
        guard !isClosed else { return }
        var body: [UInt8] = []
        if case .success(let answer) = result, answer.isSuccess { body = answer.body }
        let told = KeptParts.read(body)
        if rounds.answered(question, told?.cursor, bytes: body.count, now: loop.now()) {
            for part in told?.parts ?? [] { keeper.take(part) }
        }
        askNext()
    }
}
