import Feed
import MeshBase
import Reports
import Topology
import UVDriver

/// Keeps what every router says of the cells, so that nobody has to be asked when a person asks for the status.
///
/// Each is asked five times a second, and more often while something is about to change. One that did not answer in
/// time has told nothing until it does.
final class RouterWatch {
    struct Router {
        var name: ProcessName
        var admin: Endpoint
    }

    private struct Known {
        var admin: Endpoint
        /// By cell, the address where it is reached; nil where the router did not answer.
        var reached: [String: String]?
        /// What the router answered last to who asked for that alone, and what was read of it: mostly it says the same again.
        var read: (answer: [UInt8], reached: [String: String])?
        var isAsking = false
        var askedWhole: Instant?
        /// When it was asked what it answered last.
        var told: Instant?
        /// What it reaches has changed since it was asked for the whole: the rest of it is of another moment.
        var isWholeDue = true
    }

    private static let interval = TimeAmount.milliseconds(200)
    private static let hurry = TimeAmount.milliseconds(10)
    /// A little less than a second, so that no tick of a second goes without.
    private static let whole = TimeAmount.milliseconds(950)
    private static let patience = TimeAmount.seconds(1)

    private let loop: EventLoop
    private let client: HTTPClient
    /// The routers that run and answer.
    private let routers: () -> [Router]
    /// Whether something is about to change.
    private let isUnsettled: () -> Bool
    /// Some router told something new.
    var onChange: () -> Void = {}
    /// A router has told its vitals.
    var onVitals: (ProcessName, RouterVitals) -> Void = { _, _ in }
    /// A router has told what it reaches, and nothing else.
    var onReach: (ProcessName, [String: String]) -> Void = { _, _ in }
    private var known: [ProcessName: Known] = [:]
    /// Cells that were reached, with the address of that life.
    private var lives: [String: String] = [:]
    private var timer: LoopTimer?
    private var isClosed = false

    init(
        loop: EventLoop, client: HTTPClient, routers: @escaping () -> [Router], isUnsettled: @escaping () -> Bool
    ) {
        self.loop = loop
        self.client = client
        self.routers = routers
        self.isUnsettled = isUnsettled
    }

    func start() { tick() }

    func close() {
        isClosed = true
        timer?.close()
    }

    private func tick() {
        guard !isClosed else { return }
        let now = routers()
        let names = Set(now.map(\.name))
        known = known.filter { names.contains($0.key) }
        for router in now { ask(router) }
        timer = try? LoopTimer.once(loop: loop, after: wait) { [weak self] in self?.tick() }
    }

    /// What a router of a thousand cells answers is written and read in a millisecond or two: it is asked less often.
    private var wait: TimeAmount {
        let cells = Int64(known.values.reduce(0) { max($0, $1.reached?.count ?? 0) })
        return isUnsettled()
            ? max(Self.hurry, .microseconds(100) * cells) : max(Self.interval, .microseconds(800) * cells)
    }

    private func ask(_ router: Router) {
        // At another address it is another life, of which nothing is known.
        if known[router.name]?.admin != router.admin { known[router.name] = Known(admin: router.admin) }
        guard known[router.name]?.isAsking == false else { return }
        known[router.name]?.isAsking = true
        // The whole of it is longer, and asked once a second; sooner where what is reached has changed.
        let asked = loop.now()
        let isDue = known[router.name]?.isWholeDue ?? true
        let isWhole = asked - (known[router.name]?.askedWhole ?? .zero) >= (isDue ? Self.interval : Self.whole)
        if isWhole { known[router.name]?.askedWhole = asked }
        let target = isWhole ? "/v1/vitals" : "/v1/vitals?part=reach"
        client.send(HTTPOutgoing(.get, router.admin, target), timeout: Self.patience) { [weak self] result in
            guard let self, known[router.name]?.admin == router.admin else { return }
            var reached: [String: String]?
            known[router.name]?.isAsking = false
            if case .success(let answer) = result, answer.isSuccess {
                if !isWhole, let read = known[router.name]?.read, read.answer == answer.body {
                    reached = read.reached
                } else if let vitals = ReportJSON.decode(RouterVitals.self, answer.body) {
                    reached = vitals.reached
                    if isWhole {
                        known[router.name]?.isWholeDue = false
                        onVitals(router.name, vitals)
                    } else {
                        known[router.name]?.read = (answer.body, vitals.reached)
                    }
                }
            }
            known[router.name]?.told = reached == nil ? nil : asked
            guard known[router.name]?.reached != reached else { return }
            if !isWhole {
                known[router.name]?.isWholeDue = true
                if let reached { onReach(router.name, reached) }
            }
            known[router.name]?.reached = reached
            for (cell, address) in reached ?? [:] { lives[cell] = address }
            onChange()
        }
    }

    /// Whether all that is known of the routers that run was asked after a moment.
    func isOf(since moment: Instant) -> Bool {
        routers().allSatisfy { router in
            known[router.name].map { $0.admin == router.admin && $0.told.map { $0 >= moment } ?? false } ?? false
        }
    }

    /// Whether each router that runs has told all of itself since what it reaches has changed.
    var isWhole: Bool {
        routers().allSatisfy { router in
            known[router.name].map { $0.admin == router.admin && $0.reached != nil && !$0.isWholeDue } ?? false
        }
    }

    /// Calls back once all that is known is of after a moment; a router that does not answer is not waited for longer than it
    /// would be given to.
    func whenTold(since moment: Instant, _ done: @escaping () -> Void) {
        whenTold(since: moment, until: loop.now() + Self.patience, done)
    }

    private func whenTold(since moment: Instant, until end: Instant, _ done: @escaping () -> Void) {
        guard !isClosed, !isOf(since: moment), loop.now() < end else { return done() }
        for router in routers() { ask(router) }
        let timer = try? LoopTimer.once(loop: loop, after: Self.hurry) { [weak self] in
            guard let self else { return done() }
            self.whenTold(since: moment, until: end, done)
        }
        if timer == nil { done() }
    }

    /// Whether the router has told lately.
    func hasTold(_ router: ProcessName) -> Bool { known[router]?.reached != nil }

    /// Whether the life of a router that answers there has.
    func hasTold(_ router: ProcessName, at admin: Endpoint?) -> Bool {
        known[router].map { $0.reached != nil && $0.admin == admin } ?? false
    }

    /// How many cells it reaches; nil where it has not told.
    func reachCount(of router: ProcessName) -> Int? { known[router]?.reached?.count }

    /// The routers that reach a cell in the life that has this address, in the order given.
    func reaching(_ cell: String, at address: Endpoint?, among live: [ProcessName]) -> [ProcessName] {
        guard let address else { return [] }
        let text = address.description
        return live.filter { known[$0]?.reached?[cell] == text }
    }

    func witness(of cell: String, at address: Endpoint?, live: [ProcessName]) -> RouterWitness {
        var witness = RouterWitness()
        witness.live = live.count
        witness.told = live.count { hasTold($0) }
        witness.reaching = reaching(cell, at: address, among: live).count
        witness.wasReached = address.map { lives[cell] == $0.description } ?? false
        return witness
    }
}
