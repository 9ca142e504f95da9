import Checkers
import MeshBase
import Replication
import Sharding
import Topology

/// Holds what placement says of every customer against what its requests were told, while the set of cells that are
/// down does not change: who is lost, degraded and untouched, and who must be answered or refused.
struct ImpactOracle {
    /// A time in which nothing is done to the mesh.
    struct Window {
        var number = 0
        /// From then on routers must know what was done before.
        var settled = Instant.distantFuture
        var down = CellSet()
        /// Cells whose records are not answered for: those that are down and those whose store has no vote.
        var mute = CellSet()
        /// Cells whose disks are full: what they have they answer, and they keep nothing more.
        var full = CellSet()
        /// False while a cell is paused: when others notice it is theirs to decide.
        var isJudged = false
    }

    /// As it was decided last; it changes between windows only.
    private var placement: Placement
    /// By blueprint; nil without a store.
    private let stores: [StoreSettings?]
    private let prefixes: [String]
    private let blueprints: [Int]
    /// Why placement predicts nothing, if it does not.
    private let excuse: String?
    private var isPredictable: Bool { excuse == nil }
    private(set) var window = Window()
    private var worst: [Int: (predicted: CustomerImpact, observed: CustomerImpact)] = [:]
    private var promises = Violations<Broken>()
    private var judged = 0

    private enum Broken: Hashable, Sendable {
        case refusedWithQuorum
        case answeredWithoutQuorum
    }

    init(_ topology: MeshTopology, placement: Placement, isClear: Bool) {
        self.placement = placement
        stores = topology.blueprints.map(\.store)
        prefixes = topology.keyPrefixes
        blueprints = topology.cells.map(\.blueprint)
        if topology.sharding.replacement != .never {
            excuse = "shards change when a cell crashes"
        } else if !topology.links.isLossless {
            excuse = "where packets are lost a sound cell may be suspected, or answer too late"
        } else if !isClear {
            excuse = "faults of the network and of clocks leave it open which cell is reached in time"
        } else {
            excuse = nil
        }
    }

    /// The mesh is whole: what was done before it has no effects any more.
    mutating func began(now: Instant) {
        window = Window(number: window.number + 1, settled: now, down: CellSet(), isJudged: isPredictable)
    }

    /// Customers move: who asks from now on is judged by this entry, once routers have had time to hear of it.
    mutating func moved(_ entry: PlacementEntry) { _ = try? placement.install(entry) }

    /// Something was done to a node.
    mutating func changed(now: Instant, settle: TimeAmount, down: CellSet, mute: CellSet, full: CellSet, isJudged: Bool)
    {
        // What was done before may still have its effects.
        let before = window.settled == .distantFuture ? now : window.settled
        window = Window(
            number: window.number + 1, settled: max(before, now + settle), down: down, mute: mute, full: full,
            isJudged: isJudged && isPredictable)
    }

    mutating func note(_ request: SimRequest, status: Int, shard: (serving: Int, size: Int)?, now: Instant) {
        guard window.isJudged, request.window == window.number, request.sent >= window.settled else { return }
        let assignment = placement.assignment(of: CustomerHash(Customers.name(request.customer)))
        // In joint two shards have a part in the answer, and which cells take the next step is not for long.
        guard assignment.phase != .joint else { return }
        let members = assignment.inForce
        let down = members.count(in: window.down)
        let up = members.count - down
        judged += 1
        if let shard, window.down.count > 0 {
            note(
                request.customer, predicted: Self.impact(serving: up, of: members.count),
                observed: Self.impact(serving: shard.serving, of: shard.size))
        }
        guard request.action != nil, members.count > 0, let store = stores[blueprints[members[0].position]] else {
            return
        }
        let tier =
            store.tiers.isEmpty ? store.tier : store.tier(ofKey: MeshTopology.key(request.key, prefixes: prefixes))
        let rule = QuorumRule(tier: tier)
        let needed = max(rule.read.of(members.count), rule.write.of(members.count))
        // A session is never answered with less than it has seen, whoever is up.
        if request.hasSession, tier == .important, status == 503 { return }
        let isAnswered = status <= 300 || status == 404
        let votes = members.count - members.count(in: window.mute)
        // A write that too few have room for is refused, as is declared; others may have found room a moment before.
        if request.isMutation, votes >= needed {
            var without = window.mute
            without.formUnion(window.full)
            if members.count - members.count(in: without) < needed { return }
        }
        if votes >= needed, !isAnswered {
            promises.add(
                .refusedWithQuorum,
                "customer \(request.customer) was told \(status) with \(votes) of \(members.count) cells that vote")
        } else if votes < needed, isAnswered {
            promises.add(
                .answeredWithoutQuorum,
                "customer \(request.customer) was told \(status) with \(votes) of \(members.count) cells that vote")
        }
    }

    private mutating func note(_ customer: Int, predicted: CustomerImpact, observed: CustomerImpact) {
        let before = worst[customer] ?? (.untouched, .untouched)
        worst[customer] = (max(before.predicted, predicted), max(before.observed, observed))
    }

    private static func impact(serving: Int, of size: Int) -> CustomerImpact {
        serving == 0 ? .lost : serving < size ? .degraded : .untouched
    }

    var verdicts: [Verdict] {
        if let excuse { return ["blast-radius", "quorum"].map { .skipped($0, because: excuse) } }
        var check = ImpactCheck()
        for customer in worst.keys.sorted() {
            let impact = worst[customer]!
            check.add(customer: UInt64(customer), predicted: impact.predicted, observed: impact.observed)
        }
        var detail = "\(judged) answers held against the cells that were up"
        if !promises.isEmpty { detail += "; " + promises.summary }
        return [
            check.verdict(),
            Verdict(oracle: "quorum", ok: promises.isEmpty, judged > 0 ? .judged : .vacuous, detail: detail),
        ]
    }
}
