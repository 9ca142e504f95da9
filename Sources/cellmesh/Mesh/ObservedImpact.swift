import ControlPlane
import MeshBase
import Sharding
import UVDriver

/// What the routers saw of a fault, customer by customer.
struct ObservedImpact {
    var customers = 0
    var counts = BlastRadiusReport.Counts()
    /// The longest window of any router.
    var windowMilliseconds = 0
    /// Whether a cell still does not serve.
    var isOpen = false
    /// Names of the cells that did not serve at some time of the window.
    var cells: [String] = []
    /// Whether it is known which customers were seen.
    private(set) var hasCustomers = true
    /// Each customer seen and the worst that happened to it.
    private(set) var seen: [CustomerHash: BlastRadius.Effect] = [:]

    init() {}

    /// Asks every router that runs for its customers; where one does not tell them, their sums.
    init(_ mesh: DataDirectory) throws {
        let routers = mesh.processes.filter { $0.role == NodeRole.router.name && $0.identity.isRunning }
            .compactMap { Endpoint($0.admin) }
        guard !routers.isEmpty else {
            throw CommandFailure(.unhealthy, "no router of mesh '\(mesh.name)' runs", next: "cellmesh status")
        }
        let requests = routers.map { HTTPOutgoing(.get, $0, "/v1/impact/customers") }
        let pages = BlockingHTTPClient.send(requests, timeout: APIClient.patience).compactMap { answer in
            (try? answer.get()).flatMap { $0.isSuccess ? JSONParser.parse($0.body) : nil }
        }
        if pages.count == routers.count {
            self.init()
            for page in pages { add(page) }
        } else {
            // The page of a million customers is longer than any answer that is taken.
            self.init(sums: try APIClient(mesh).get("/v1/impact"))
        }
    }

    /// The control plane's sums over the routers.
    init(sums: JSONValue) {
        hasCustomers = false
        customers = sums["customers"].int ?? 0
        counts = BlastRadiusReport.Counts(
            lost: sums["lost"].int ?? 0, degraded: sums["degraded"].int ?? 0, untouched: sums["untouched"].int ?? 0)
        windowMilliseconds = sums["window_ms"].int ?? 0
        isOpen = sums["open"].flag ?? false
        cells = sums["cells"].elements.compactMap(\.text)
    }

    /// One router's page; of a customer that several saw, the worst counts.
    mutating func add(_ page: JSONValue) {
        windowMilliseconds = max(windowMilliseconds, page["window_ms"].int ?? 0)
        isOpen = isOpen || page["open"].flag ?? false
        for cell in page["cells"].elements.compactMap(\.text) where !cells.contains(cell) { cells.append(cell) }
        for entry in page["seen"].elements {
            guard let hash = entry.elements.first?.text.flatMap({ UInt64($0, radix: 16) }),
                let effect = Self.effect(entry.elements.last?.int)
            else { continue }
            let customer = CustomerHash(rawValue: hash)
            if Self.rank(effect) >= seen[customer].map(Self.rank) ?? 0 { seen[customer] = effect }
        }
        count()
    }

    private mutating func count() {
        customers = seen.count
        counts = BlastRadiusReport.Counts()
        // Sums do not depend on the order of the dictionary.
        for effect in seen.values {
            switch effect {
            case .lost: counts.lost += 1
            case .degraded: counts.degraded += 1
            case .untouched: counts.untouched += 1
            }
        }
    }

    private static func effect(_ number: Int?) -> BlastRadius.Effect? {
        switch number {
        case 0: .untouched
        case 1: .degraded
        case 2: .lost
        default: nil
        }
    }

    private static func rank(_ effect: BlastRadius.Effect) -> Int {
        switch effect {
        case .untouched: 0
        case .degraded: 1
        case .lost: 2
        }
    }

    /// What was predicted for the customers seen, and for how many of them something else happened; nil where it is
    /// not known which they are.
    func prediction(_ placement: Placement, dead: CellSet) -> (counts: BlastRadiusReport.Counts, different: Int)? {
        guard hasCustomers else { return nil }
        var counts = BlastRadiusReport.Counts()
        var different = 0
        for (customer, effect) in seen {
            let shard = placement.shard(of: customer)
            let gone = shard.count(in: dead)
            let expected: BlastRadius.Effect
            if gone == shard.count {
                expected = .lost
                counts.lost += 1
            } else if gone > 0 {
                expected = .degraded
                counts.degraded += 1
            } else {
                expected = .untouched
                counts.untouched += 1
            }
            if expected != effect { different += 1 }
        }
        return (counts, different)
    }
}
