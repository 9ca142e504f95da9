import Checkers
import ControlPlane
import Drills
import Evacuation
import LoadGenerator
import MeshBase
import Reports
import Sharding
import Topology

/// `drill run partition`: a region is cut off from all others, under load on both sides.
final class PartitionDrill: DrillBody {
    let drill = Drill.partition
    let command: String
    private let mesh: DrillMesh
    private let region: Int
    private let options: DrillOptions
    private let hold: TimeAmount
    private let success: Double
    private let progress: ProgressLine
    private(set) var marks = DrillTrace.Marks()
    var onMark: () -> Void = {}

    private var load: BackgroundLoad?
    private var found: [BackgroundLoad.Found]?
    private var before: PlacementTable?
    /// How many customers have a quorum on each side, and a cell at all.
    private var sides: [CutSide] = []
    private var fault: String?
    private var healed: Instant?
    /// What was counted while it was cut, side by side with `sides`.
    private var cut: [LoadWindows.Window] = []
    private var changed: Int?
    /// Evacuations that began on the side that was cut off; nil where none could be asked for there.
    private var begun: Int?
    /// The views of the membership differed.
    private var wasSplit = false
    private var agreedAfter: TimeAmount?
    private var hints: Int?
    private var isSteady = false

    init(
        _ directory: DataDirectory, region: String?, hold: TimeAmount, success: RatioArgument, _ options: DrillOptions,
        _ console: Console
    ) throws {
        mesh = try DrillMesh(directory)
        let topology = mesh.topology
        // Where the control plane is, so that it is asked for something from there.
        self.region = try mesh.region(region, else: topology.control.region)
        self.options = options
        self.hold = hold
        self.success = success.value
        progress = ProgressLine(console)
        command =
            "cellmesh drill run partition \(topology.regions[self.region].name)"
            + " --for \(DurationArgument(hold).defaultValueDescription)"
            + " --success \(success.defaultValueDescription)" + options.words
        marks.faults = [.init(kind: "partition", targets: ([name] + others).map { "region/\($0)" })]
    }

    private var others: [String] {
        mesh.topology.regions.indices.filter { $0 != region }.map { mesh.topology.regions[$0].name }
    }

    var target: String? { "region/\(name)" }
    private var name: String { mesh.topology.regions[region].name }

    func take(_ step: DrillStep) throws -> String {
        defer { progress.end() }
        switch step {
        case .validate: return try validate()
        case .predict: return try predict()
        case .baseline: return try baseline()
        case .cut: return try cutOff()
        case .hold: return try holdIt()
        case .heal: return try heal()
        case .settle: return try settle()
        case .readBack: return try readBack()
        case .tidy: return try mesh.tidy(after: load, progress)
        case .evacuate, .restore: preconditionFailure("no step of this drill")
        }
    }

    // MARK: Before

    private func validate() throws -> String {
        let topology = mesh.topology
        guard topology.regions.count > 1 else {
            throw CommandFailure(
                .usage, "mesh '\(mesh.directory.name)' has one region: there is nothing to cut it off from")
        }
        let inside = topology.routers.contains { $0.region == region }
        guard inside, topology.routers.contains(where: { $0.region != region }) else {
            let places = Set(topology.routers.map { topology.regions[$0.region].name }).sorted()
            throw CommandFailure(
                .usage,
                "a cut is seen by clients on both sides, and no router is \(inside ? "outside of" : "in") \(name): "
                    + "routers are in \(places.joined(separator: ", "))",
                hint: "a topology with routers in several regions has 'routers: 3'",
                next: "cellmesh up topology/tiers.yaml --detach")
        }
        return try mesh.checkWhole()
    }

    private func predict() throws -> String {
        let model = try StoredMesh(mesh.directory)
        before = model.table
        let topology = mesh.topology
        let region = region
        func side(_ name: String, _ isOnIt: @escaping (CellIndex) -> Bool) -> CutSide {
            CutSide(name, customers: mesh.customers, placement: model.placement, isOnIt: isOnIt)
        }
        sides = [
            side(name) { topology.cells[$0.position].region == region },
            side("elsewhere") { topology.cells[$0.position].region != region },
        ]
        let quorums = sides.map { "\(Wording.count($0.withQuorum)) in \($0.name)" }.joined(separator: ", ")
        return "of \(Wording.plural(mesh.customers, "customer")) keep a quorum: \(quorums)"
    }

    private func baseline() throws -> String {
        let plan = DrillLoad(mesh: mesh.directory, topology: mesh.topology, options: options)
        let region = region
        let loads = try sides.enumerated().map { position, side in
            guard let router = plan.router(where: { ($0.region == region) == (position == 0) }) else {
                throw DrillTrouble(.baselineNotMet, "no router runs in \(side.name)")
            }
            var configuration = try plan.configuration(share: 0.5)
            // Another client on each side; both ask for the same records.
            configuration.seed &+= UInt64(position)
            configuration.checksRegisters =
                configuration.keyTiers.isEmpty || configuration.keyTiers.contains(.critical)
            configuration.readsCacheBack = true
            let classes = side.classes
            configuration.customerClass = { $0 < classes.count ? Int(classes[$0]) : 2 }
            return BackgroundLoad.Side(name: side.name, router: router.endpoint, configuration: configuration)
        }
        let load = try BackgroundLoad(loads)
        self.load = load
        try DrillWait.sleep(options.baseline.amount)
        let seen = try load.look().compactMap { $0.windows.last?.all }.reduce(LoadWindows.Counts(), +)
        return try EvacuationDrill.judgeBaseline(seen, success)
    }

    // MARK: Cutting and healing

    /// It heals by itself should this command be killed.
    private var lease: TimeAmount { hold + .seconds(15) }
    private static func written(_ amount: TimeAmount) -> String { DurationArgument(amount).defaultValueDescription }

    private func cutOff() throws -> String {
        var addition = FaultAddition(kind: "partition", targets: marks.faults[0].targets)
        addition.lease = lease.millisecondsRoundedUp
        let answer = try mesh.api.post(
            "/v1/faults/add", addition, as: FaultsReport.self, timeout: .seconds(30))
        guard let id = answer.faults.first?.id else { throw DrillTrouble(.error, "the fault has no id") }
        fault = id
        marks.faults[0].id = id
        onMark()
        let (applied, of) = (answer.applied ?? 0, answer.of ?? 0)
        guard applied == of, of > 0 else {
            throw DrillTrouble(.error, "the cut has reached \(applied) of \(of) processes")
        }
        try load?.beginWindow()
        return "\(id): \(name) | \(others.joined(separator: ", ")), in force at \(of) processes"
    }

    private func holdIt() throws -> String {
        let begun = Pause.now()
        // So long that the membership has noticed, and not so long that nothing is left to be seen.
        try DrillWait.sleep(hold / 2) { showLoad() }
        let refusal = try askForEvacuation()
        try DrillWait.sleep(max(hold - (Pause.now() - begun), .zero)) { showLoad() }
        // Before it heals: what is answered from here on is no part of it.
        cut = try load?.beginWindow().compactMap { $0.windows.dropLast().last } ?? []
        changed = changedEntries
        let members = try members()
        wasSplit = members.agree.map { $0 < members.of ?? 0 } ?? false
        let requests = zip(sides, cut).map { "\($0.name) \($1.all.ok) of \($1.all.requests) answered" }
        return requests.joined(separator: ", ") + "; " + refusal
    }

    private func showLoad() {
        guard let now = try? load?.look() else { return }
        let parts = zip(sides, now).map { side, windows in
            let all = windows.windows.last?.all ?? LoadWindows.Counts()
            return "\(side.name) \(all.ok) of \(all.requests)"
        }
        progress.show("cut: " + parts.joined(separator: ", ") + " answered")
    }

    /// Where the control plane is cut off too, it is asked to change the placement: that must be refused.
    private func askForEvacuation() throws -> String {
        guard mesh.topology.control.region == region else { return "the control plane is on the other side" }
        let other = mesh.topology.regions[mesh.topology.regions.indices.first { $0 != region } ?? 0].name
        do {
            var body = EvacuationBody(EvacuationPlan.Kind.evacuate.rawValue, region: other)
            body.confirm = other
            let answer = try mesh.begin(body)
            begun = answer.begun ? 1 : 0
            guard begun == 0 else { return "an evacuation of \(other) began on the side that is cut off" }
            let codes = answer.forecast.refusals.map(\.code.rawValue)
            return "an evacuation of \(other) asked for there was refused: \(codes.joined(separator: ", "))"
        } catch let failure as CommandFailure {
            begun = 0
            return "an evacuation of \(other) asked for there was refused: \(failure.message)"
        }
    }

    /// Cohorts of which any process knows another entry than before.
    private var changedEntries: Int? {
        guard let before, let now = try? StoredMesh(mesh.directory).table else { return nil }
        return zip(before.entries, now.entries).count { $0.version != $1.version }
    }

    private func heal() throws -> String {
        if begun == 1 {
            mesh.abort()
        }
        guard let fault else { return "nothing was cut" }
        let answer: FaultsReport?
        do {
            answer = try mesh.patiently(heedsInterruption: false, onSilence: { progress.show($0, isLast: true) }) {
                // While nobody answered its lease may have ended it.
                guard try mesh.faults().contains(where: { $0.id == fault }) else { return nil }
                return try mesh.endFault(fault)
            }
        } catch let failure as CommandFailure {
            throw DrillTrouble(.error, "\(failure.message); its lease ends \(fault) within \(Self.written(lease))")
        }
        healed = Pause.now()
        guard let answer else { return "\(fault) was ended by its lease" }
        return "\(fault) ended at \(answer.applied ?? 0) of \(answer.of ?? 0) processes"
    }

    // MARK: After

    private func settle() throws -> String {
        let healed = healed ?? Pause.now()
        let agreed = try DrillWait.until(.seconds(60)) {
            let members = try members()
            progress.show("views agree: \(members.agree ?? 0) of \(members.of ?? 0)")
            return members.agree.map { $0 == members.of } ?? false
        }
        if agreed != nil, wasSplit { agreedAfter = Pause.now() - healed }
        let whole = try DrillWait.until(.seconds(30)) {
            isSteady = try mesh.isWhole { progress.show($0, isLast: true) }
            return isSteady
        }
        // Both sides go on together for a moment.
        try DrillWait.sleep(.seconds(2))
        let views = agreedAfter.map { "views agree after \(Wording.time(milliseconds: $0.milliseconds))" }
        return (views ?? (wasSplit ? "views do not agree within 60 s" : "the views had not split"))
            + (whole == nil ? ", and the mesh is not whole within 30 s" : "")
    }

    private func readBack() throws -> String {
        guard let load else { throw CommandFailure("no load was sent") }
        progress.show("reading back")
        let found = try load.finish()
        self.found = found
        run(found)
        let lost = found.reduce(0) { $0 + $1.report.writes.lost }
        let all = found.reduce(0) { $0 + $1.report.writes.acknowledged }
        // Nothing is written any more that would leave another one.
        _ = try DrillWait.until(.seconds(20)) {
            hints = mesh.hints
            return hints == 0
        }
        return "\(Wording.plural(all, "acknowledged write")) of what is kept, \(lost) lost; "
            + "\(hints.map(String.init) ?? "unknown") hints are left; \(straddled) requests were meant for the cut and "
            + "answered after it"
    }

    /// In no line of the tiers' table.
    private var straddled: UInt64 {
        (found ?? []).reduce(0) { $0 + ($1.windows.windows.last?.straddled ?? 0) }
    }

    /// The tiers' table.
    private var tiers: [TierChoice] = []

    private func run(_ found: [BackgroundLoad.Found]) {
        for tier in StoreSettings.Tier.allCases {
            for (side, found) in zip(sides.indices, found) where side < cut.count {
                let counts = cut[side].counts(tier)
                guard counts.requests > 0 else { continue }
                tiers.append(
                    TierChoice(
                        tier: tier.rawValue, side: sides[side].name, requests: counts.requests, ok: counts.ok,
                        refused: counts.refused, failed: counts.failed, stale: counts.stale,
                        lost: found.writes(tier).lost))
            }
        }
    }

    /// What the views of all processes agree on.
    private func members() throws -> MembersReport {
        try mesh.patiently(heedsInterruption: true, onSilence: { progress.show($0, isLast: true) }) {
            try mesh.api.get("/v1/members")
        }
    }

    // MARK: The verdict

    var noise: DrillNoise { DrillNoise(found ?? []) }

    func judge(_ run: inout DrillRun) {
        guard fault != nil else { return }
        run.show(tiers)
        if cut.count == 2, cut.allSatisfy({ $0.all.requests > 0 }) { run.expose() }
        run.claim(.count("cohorts whose placement changed while it was cut", changed), seenIn: .hold)
        if mesh.topology.control.region == region {
            run.claim(.count("evacuations begun on the side that was cut off", begun), seenIn: .hold)
        }
        judgeTiers(&run)
        for found in found ?? [] {
            for verdict in found.report.verdicts where verdict.oracle != "acknowledged-writes" {
                run.claim(
                    .count(
                        "violations of \(verdict.oracle), \(found.side)", verdict.isViolated ? 1 : 0,
                        detail: verdict.detail))
            }
        }
        run.claim(.count("hints left after healing", hints), seenIn: .readBack)
        run.claim(.count("mesh whole again", isSteady ? 1 : 0, .equal, 1), seenIn: .settle)
        run.claim(
            .timing(
                "views agree after healing", agreedAfter, atMost: .seconds(10), resolution: .milliseconds(150),
                noise: noise, detail: wasSplit ? nil : "the views had not split"), seenIn: .hold, .settle)
    }

    private func judgeTiers(_ run: inout DrillRun) {
        for tier in [StoreSettings.Tier.critical, .important] where tierIsThere(tier) {
            let writes = (found ?? []).map { $0.writes(tier) }
            run.claim(
                .count(
                    "\(tier.rawValue): acknowledged writes lost",
                    found == nil ? nil : writes.reduce(0) { $0 + $1.lost },
                    unknown: writes.reduce(0) { $0 + $1.unverified }), seenIn: .readBack)
        }
        if tierIsThere(.critical) {
            // Of customers of whom this side has fewer cells than a quorum.
            let without = cut.map { $0.counts(.critical, classes: 1..<3) }
            run.claim(
                .count(
                    "critical: answered without a quorum", cut.isEmpty ? nil : without.reduce(0) { $0 + Int($1.ok) },
                    detail: "\(without.reduce(0) { $0 + $1.requests }) requests were without one"), seenIn: .hold)
        }
        if tierIsThere(.important) {
            let reachable = cut.map { $0.counts(.important, classes: 0..<2) }.reduce(LoadWindows.Counts(), +)
            run.claim(
                .share(
                    "important: answered where a cell is left", reachable.ok, of: reachable.requests,
                    atLeast: success), seenIn: .hold)
        }
    }

    private func tierIsThere(_ tier: StoreSettings.Tier) -> Bool {
        mesh.topology.blueprints.contains { $0.store?.has(tier) ?? false }
    }

    func close() { load?.cancel() }
}

/// Who is served on one side of a cut.
struct CutSide {
    let name: String
    /// By number of the customer: 0 a quorum of the shard is here, 1 some of it, 2 nothing.
    let classes: [UInt8]

    init(_ name: String, customers: Int, placement: Placement, isOnIt: (CellIndex) -> Bool) {
        self.name = name
        var classes: [UInt8] = [2]
        for number in 1...max(customers, 1) {
            let shard = placement.shard(of: CustomerHash(number: number))
            let here = shard.count { isOnIt($0) }
            classes.append(here * 2 > shard.count ? 0 : here > 0 ? 1 : 2)
        }
        self.classes = classes
    }

    var withQuorum: Int { classes.dropFirst().count { $0 == 0 } }
}
