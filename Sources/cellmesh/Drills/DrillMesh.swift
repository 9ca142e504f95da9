import Blueprints
import ControlPlane
import Drills
import Evacuation
import MeshBase
import Reports
import Scenarios
import Sharding
import Store
import Topology

/// A mesh as a drill sees it: whether it is well, who is where, and what its cells hold.
struct DrillMesh {
    let directory: DataDirectory
    let topology: MeshTopology
    private let silence = Silence()

    /// Since when nobody has answered, for all that one drill asks.
    private final class Silence {
        var since: Instant?
        var tell: (String) -> Void = { _ in }
    }

    init(_ directory: DataDirectory) throws {
        self.directory = directory
        topology = try StoredMesh(directory).topology
    }

    /// Of whichever control plane runs: it may be another one than a moment ago.
    var api: APIClient { get throws { try Waiting.forControl(directory, .seconds(1)) } }

    /// How long a control plane may be away, where what it is asked for can wait or has to be done.
    static let patience = TimeAmount.seconds(60)

    /// Who is told once that nobody answers any more.
    func onSilence(_ tell: @escaping (String) -> Void) { silence.tell = tell }

    /// Nobody has answered for as long as is waited for.
    var isForsaken: Bool { silence.since.map { Pause.now() - $0 >= Self.patience } ?? false }

    /// Asks once, and notes whether somebody answers.
    func once<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            let result = try body()
            silence.since = nil
            return result
        } catch let failure as CommandFailure where failure.status == .unhealthy {
            if silence.since == nil {
                silence.since = Pause.now()
                silence.tell("\(failure.message); waiting for a control plane")
            }
            throw failure
        }
    }

    /// Tries again while no control plane answers: a minute in all since one was seen last, however many things are asked for.
    func patiently<Result>(heedsInterruption: Bool, _ body: () throws -> Result) throws -> Result {
        while true {
            if heedsInterruption { try DrillWait.checkInterruption() }
            do {
                return try once(body)
            } catch let failure as CommandFailure where failure.status == .unhealthy && !isForsaken {
                Pause.sleep(.milliseconds(250))
            }
        }
    }

    /// - Parameter given: bare, as `region/NAME`, or as `region/{remote}`.
    /// - Returns: its name.
    func region(_ given: String, _ console: Console) throws -> String {
        let name = try ChosenTargets.region(given, directory, console)
        if topology.regions.contains(where: { $0.name == name }) { return name }
        throw CommandFailure(
            .usage, "mesh '\(directory.name)' has no region '\(name)'; nothing was changed",
            hint: NearestWord.hint(for: name, among: topology.regions.map(\.name), listing: "regions are"))
    }

    /// That the mesh is whole, and that nothing is under way that a drill would mix with.
    func checkWhole() throws -> String {
        let status = try MeshStatus(api)
        if let halt = status.report.halt {
            throw CommandFailure(
                .declined,
                "the mesh is halted since \(halt.since)\(halt.reason.map { " (\($0))" } ?? ""); nothing was changed",
                next: "cellmesh halt --release")
        }
        if let rollout = status.report.rollout {
            throw CommandFailure(
                .declined, "a rollout of '\(rollout.blueprint)' is under way; nothing was changed",
                next: "cellmesh rollout status")
        }
        let evacuated = status.report.evacuated ?? []
        guard evacuated.isEmpty else {
            throw CommandFailure(
                .declined, "\(evacuated.joined(separator: ", ")) is evacuated; nothing was changed",
                next: status.remedy ?? "cellmesh restore \(evacuated[0])")
        }
        guard status.state == "serving" else {
            throw CommandFailure(
                .unhealthy, "mesh '\(directory.name)' is \(status.state), not whole; nothing was changed",
                next: status.remedy ?? "cellmesh status --wait 20s")
        }
        let faults = try faults()
        guard faults.isEmpty else {
            throw CommandFailure(
                .declined, "\(Wording.plural(faults.count, "fault")) in force already; nothing was changed",
                next: "cellmesh heal")
        }
        let plan: EvacuationStatus = try api.get("/v1/evacuations")
        guard !plan.isUnderWay else {
            throw CommandFailure(
                .declined, "\(EvacuationView.line(plan)); nothing was changed",
                next: plan.outcome == .paused
                    ? "cellmesh evacuation resume" : "cellmesh evacuation status --watch")
        }
        let count = status.count
        return "\(Wording.plural(count.serving, "cell")) serve\(count.others), nothing is under way"
    }

    /// The placement that the processes know.
    func placement() throws -> Placement { try StoredMesh(directory).placement }

    /// Customers that are looked at one by one; beyond these nothing is claimed.
    var customers: Int { min(topology.customers.count, LoadPrediction.mostCustomers) }

    /// How much of each customer's shard is on one side, by the customer's number, as `CutReach` has it.
    func reach(_ placement: Placement, isOnIt: (CellIndex) -> Bool) -> [UInt8] {
        let nobody = UInt8(CutReach.nothing.rawValue)
        return [nobody]
            + (1...max(customers, 1)).map { number in
                let shard = placement.shard(of: CustomerHash(number: number))
                return UInt8(CutReach(here: shard.count { isOnIt($0) }, of: shard.count).rawValue)
            }
    }

    /// What the stores of some cells hold, by name; nil for one that cannot be read.
    func stores(_ region: Int? = nil) -> [String: StoreSummary?] {
        var stores: [String: StoreSummary?] = [:]
        for cell in topology.cells where region == nil || cell.region == region {
            guard topology.blueprints[cell.blueprint].store != nil else { continue }
            stores.updateValue(try? StoreSummary.read(path: directory.storePath(of: cell.name)), forKey: cell.name)
        }
        return stores
    }

    /// What single cells have acknowledged and others do not have yet; nil where a store cannot be read.
    var hints: Int? {
        stores().values.reduce(Optional(0)) { sum, store in sum.flatMap { sum in store.map { sum + $0.hints } } }
    }

    /// Everything that a region's stores still hold of customers; nil where one cannot be read.
    func rows(inRegion region: Int) -> Int? {
        var rows = 0
        for store in stores(region).values {
            guard let store else { return nil }
            rows += store.records + store.tombstones + store.hints + store.queue
        }
        return rows
    }
}
