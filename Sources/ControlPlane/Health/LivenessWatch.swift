import MeshBase
import Nodes
import Resilience
import Topology
import UVDriver

/// Asks every process that serves whether it lives (`/livez`), and says when the answer has changed several times in a row.
///
/// A process that was paused by command is not asked: it is known not to answer. A new life of a process is asked anew.
final class LivenessWatch {
    struct Target {
        var name: ProcessName
        var identity: ProcessIdentity
        var admin: Endpoint
    }

    private struct Watched {
        var identity: ProcessIdentity
        var probe: Probe
        var why = ""
        /// When it said last, unasked, that it lives.
        var heard: Instant?
    }

    /// A probe is begun no later than this after it is due.
    private static let tick = TimeAmount.milliseconds(250)

    private let loop: EventLoop
    private let client: HTTPClient
    private let settings: ProbeSettings
    private let targets: () -> [Target]
    private let onVerdict: (Target, _ isAlive: Bool, _ why: String) -> Void
    private var watched: [ProcessName: Watched] = [:]
    private(set) var counters = ProbeCounters()
    private var timer: LoopTimer?

    init(
        loop: EventLoop, client: HTTPClient, settings: ProbeSettings, targets: @escaping () -> [Target],
        onVerdict: @escaping (Target, _ isAlive: Bool, _ why: String) -> Void
    ) {
        self.loop = loop
        self.client = client
        self.settings = settings
        self.targets = targets
        self.onVerdict = onVerdict
    }

    func start() {
        timer = try? LoopTimer(loop: loop) { [unowned self] in look() }
        timer?.start(after: Self.tick, every: Self.tick)
    }

    func close() {
        timer?.close()
        timer = nil
        watched.removeAll()
    }

    /// Whether the probes of this life have failed.
    func isLifeless(_ name: ProcessName, _ identity: ProcessIdentity?) -> Bool {
        guard let known = watched[name], known.identity == identity else { return false }
        return known.probe.verdict == .down
    }

    /// A process has told how it is, and that it lives: that is as good as an answer to the next question.
    func heard(from name: ProcessName) { watched[name]?.heard = loop.now() }

    private func look() {
        let now = loop.now()
        let current = targets()
        let names = Set(current.map(\.name))
        watched = watched.filter { names.contains($0.key) }
        for (number, target) in current.enumerated() {
            if watched[target.name]?.identity != target.identity {
                // Spread over the interval, so that not all are asked in one turn.
                let share = settings.every * (Double(number) / Double(current.count))
                watched[target.name] = Watched(
                    identity: target.identity,
                    probe: Probe(.liveness, settings: settings, now: now, due: now + share))
            }
            guard let token = watched[target.name]?.probe.begin(now: now) else { continue }
            if let known = watched[target.name], let heard = known.heard, now - heard < settings.every {
                // The life that is known now has told it.
                take(target, token, isGood: true)
            } else {
                ask(target, token)
            }
        }
    }

    private func ask(_ target: Target, _ token: Probe.Token) {
        client.send(HTTPOutgoing(.get, target.admin, "/livez"), timeout: settings.timeout) { [weak self] result in
            guard let self, timer != nil, var known = watched[target.name], known.identity == target.identity else {
                return
            }
            var isGood = false
            switch result {
            case .success(let answer):
                isGood = answer.isSuccess
                known.why = isGood ? "" : "it answers \(answer.status)"
            case .failure(let error): known.why = "\(error)"
            }
            watched[target.name] = known
            take(target, token, isGood: isGood)
        }
    }

    private func take(_ target: Target, _ token: Probe.Token, isGood: Bool) {
        guard var known = watched[target.name] else { return }
        counters.count(.liveness, isGood: isGood)
        let before = known.probe.verdict
        let verdict = known.probe.ended(token, isGood: isGood, now: loop.now())
        watched[target.name] = known
        guard let verdict, !(before == .unknown && verdict == .up) else { return }
        onVerdict(target, verdict == .up, known.why)
    }
}
