import Checkers
import MeshBase
import Topology
import Wire

/// Clients on both sides of a cut: half of all requests come through routers on each, and both ask for the same records.
struct ClientSides {
    /// One of them.
    struct Side {
        /// For people.
        var name: String
        /// Its routers, by position; at least one.
        var routers: [Int]
        /// By number of the customer: how much of the shard is here, as `CutReach` has it.
        var reach: [UInt8]
        /// What it was answered, in parts.
        fileprivate(set) var windows = LoadWindows()
        /// What was acknowledged to it, of every tier.
        fileprivate(set) var writes = AcknowledgedWrites()

        init(name: String, routers: [Int], reach: [UInt8]) {
            (self.name, self.routers, self.reach) = (name, routers, reach)
        }
    }

    private(set) var sides: [Side]
    private let floors = VersionFloors()
    private let tiers: [StoreSettings.Tier?]

    /// - Parameter tiers: by key.
    init(_ sides: [Side], tiers: [StoreSettings.Tier?]) {
        self.sides = sides
        self.tiers = tiers
    }

    /// The side that a request comes from.
    private func side(_ request: SimRequest) -> Int { Int(request.number % UInt64(sides.count)) }

    /// The router that a request goes to: those of its side take turns.
    func router(of request: SimRequest) -> Int {
        let routers = sides[side(request)].routers
        return routers[Int(request.number / UInt64(sides.count) % UInt64(routers.count))]
    }

    /// Another part begins on all sides.
    mutating func beginWindow(now: Instant) {
        for side in sides.indices { _ = sides[side].windows.begin(at: now) }
    }

    /// Records that were acknowledged to either side, of every tier.
    var recordsToRead: Set<RecordID> { Set(sides.flatMap(\.writes.recordsToRead)) }

    /// A request has ended.
    mutating func completed(
        _ request: SimRequest, _ outcome: History.Outcome, _ ending: LoadWindows.Ending, now: Instant
    ) {
        guard request.action != nil else { return }
        let (side, tier) = (side(request), tiers[request.key])
        guard !request.isReadBack else { return readBack(request.record, outcome) }
        var isStale = false
        switch outcome {
        case .acknowledged(let version) where request.kind == .write:
            sides[side].writes.acknowledged(
                request.record, value: request.number, version: version, began: request.sent, ended: now)
            floors.acknowledged(request.record, version, at: now)
        case .found(let version, _): isStale = floors.isStale(request.record, version, began: request.sent)
        case .missing: isStale = floors.isStale(request.record, .none, began: request.sent)
        default: break
        }
        let reach = sides[side].reach
        sides[side].windows.note(
            LoadWindows.Note(
                ending: ending, tier: tier,
                customerClass: request.customer < reach.count ? Int(reach[request.customer]) : LoadWindows.classes - 1,
                intended: request.sent, isStale: isStale && ending == .ok))
    }

    private mutating func readBack(_ record: RecordID, _ outcome: History.Outcome) {
        for side in sides.indices {
            switch outcome {
            case .found(let version, let value):
                let isOwn = value % UInt64(sides.count) == UInt64(side)
                sides[side].writes.readBack(record, isOwn ? .found(version, value: value) : .foreign(version))
            case .missing: sides[side].writes.readBack(record, .missing)
            default: break
            }
        }
    }

    /// What one side has lost of a tier.
    func lost(_ tier: StoreSettings.Tier, by side: Int) -> Int {
        sides[side].writes.totals { record in
            let key = Int(record.rawValue & 255)
            return key < tiers.count && tiers[key] == tier
        }.lost
    }
}
