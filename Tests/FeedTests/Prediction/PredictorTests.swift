import Chaos
import Evacuation
import MeshBase
import Reports
import Sharding
import Testing
import Topology

@testable import Feed

@Suite struct PredictorTests {
    private let topology = mesh(regions: 3, cells: 4, routers: 2)

    private func situation(_ change: (inout MeshSituation) -> Void = { _ in }) -> MeshSituation {
        var situation = MeshSituation(
            topology: topology, placement: Placement(topology),
            utilisation: topology.cells.map { _ in 0.4 })
        change(&situation)
        return situation
    }
    private func predict(
        _ action: String, _ targets: [String], _ situation: MeshSituation? = nil,
        _ change: (inout PredictionRequest.Options) -> Void = { _ in }
    ) -> PredictionReport {
        var options = PredictionRequest.Options()
        change(&options)
        return Predictor.predict(
            PredictionRequest(action: action, targets: targets, options: options), situation ?? self.situation())
    }
    private func radius(_ dead: CellSet) -> BlastRadiusReport {
        BlastRadius(topology, placement: Placement(topology)).report(dead: dead)
    }
    private func counts(_ report: BlastRadiusReport) -> FeedImpact.Counts {
        .init(lost: report.lost, degraded: report.degraded, untouched: report.untouched, noQuorum: report.noQuorum)
    }
    private func cells(inRegion region: Int) -> CellSet { CellSet(topology.cells(inRegion: region)) }

    @Test(arguments: ["kill", "pause"])
    func aCellIsItsBlastRadius(_ action: String) {
        let report = predict(action, ["r1-1"])
        #expect(report.customers == counts(radius([CellIndex(0)])) && report.customers.degraded > 20)
        #expect(report.confirm == .click && report.word == nil && report.refusals.isEmpty)
        #expect(report.load.factor > 1 && (report.load.hottest?.after ?? 0) > 0.4)
        #expect(report.load.hottest?.cell != "r1-1" && report.valid == 30_000)
        #expect(predict(action, ["cell/r1-1", "node/r1-2"]).customers == counts(radius([CellIndex(0), CellIndex(1)])))
    }

    @Test func whatIsDownAlreadyCounts() {
        let down = situation { $0.down = [CellIndex(0), CellIndex(4)] }
        let report = predict("kill", ["r3-1"], down)
        #expect(report.customers == counts(radius([CellIndex(0), CellIndex(4), CellIndex(8)])))
        #expect(report.basis.down == ["r1-1", "r2-1"])
        // Somebody lost, or without a quorum, who was not before.
        #expect(report.confirm == .type && report.word == "r3-1")
        #expect(predict("kill", ["r1-1"], down).confirm == .click, "it is down already")
    }

    @Test func whoIsOutIsNamed() {
        #expect(predict("kill", ["r1-1"]).out == ["r1-1"])
        #expect(predict("kill", ["r3-1"], situation { $0.down = [CellIndex(0)] }).out == ["r1-1", "r3-1"])
        let routers = topology.routers.map { "router/\($0.name)" }
        #expect(predict("pause", [routers[0]]).out == nil, "the other goes on")
        #expect(predict("pause", routers).out == topology.cells.map(\.name))
    }

    /// Writes go on where enough cells of the shard have room, and are refused where they are too few; reads go on everywhere.
    @Test func aFullDiskRefusesWritesOfWhoHasTooFewOthers() throws {
        func fill(_ targets: String..., in situation: MeshSituation? = nil) -> PredictionReport {
            predict("fault", targets, situation) { $0.kind = "fill-disk" }
        }
        let one = fill("r1-1")
        #expect(one.customers == .init(lost: 0, degraded: 0, untouched: 200, noQuorum: 0), "\(one)")
        #expect(one.confirm == .click && one.impaired == nil)
        let regions = fill("region/r1", "region/r2")
        #expect(regions.customers == .init(lost: 0, degraded: 200, untouched: 0, noQuorum: 200), "\(regions)")
        #expect(regions.confirm == .type && regions.impaired?.count == 8 && regions.out == nil)
        // Beside a fault in force, and beside a cell that is down, it is the sum that counts.
        let both: CellSet = [CellIndex(0), CellIndex(4)]
        let lacking = radius(both).noQuorum
        try #require(lacking > 0)
        let request = FaultRequest(kind: "fill-disk", targets: ["r1-1"], lease: .seconds(60))
        let fault = try request.fault(id: "f1", topology: topology, now: ClockReading(wall: 0))
        let struck = situation { $0.faults = [fault] }
        let second = fill("r2-1", in: struck)
        #expect(second.customers == .init(lost: 0, degraded: lacking, untouched: 200 - lacking, noQuorum: lacking))
        #expect(predict("heal", ["f1"], struck).customers.noQuorum == 0)
        #expect(fill("r2-1", in: situation { $0.down = [CellIndex(0)] }).customers.noQuorum == lacking)
        // What routers and the feed hold customers against says the same of those that could be.
        #expect(ServiceStrike.cells(of: [fault], topology).isEmpty)
        let wide = try FaultRequest(kind: "fill-disk", targets: ["region/r1", "region/r2"], lease: .seconds(60))
            .fault(id: "f2", topology: topology, now: ClockReading(wall: 0))
        #expect(ServiceStrike.cells(of: [wide], topology).count == 8)
    }

    @Test func whatHealsIsNotAskedAbout() {
        let down = situation { $0.down = [CellIndex(0)] }
        for action in ["resume", "restart"] {
            let report = predict(action, ["r1-1"], down)
            #expect(report.confirm == .none && report.customers.untouched == 200)
        }
    }

    @Test func aRegionHasToBeTyped() {
        let report = predict("kill", ["region/r2"])
        #expect(report.customers == counts(radius(cells(inRegion: 1))))
        #expect(report.confirm == .type && report.word == "r2")
    }

    @Test func routersAreTheWayIn() {
        #expect(predict("kill", ["router/e1"]).customers.untouched == 200)
        let both = predict("kill", ["router/e1", "e2"])
        #expect(both.customers.lost == 200 && both.confirm == .type && both.word == "test")
        let one = situation { $0.routers = ["e1"] }
        #expect(predict("kill", ["router/e1"], one).customers.lost == 200)
        #expect(one.basis.down == ["router/e2"])
        #expect(predict("kill", ["control"]).customers.untouched == 200)
        #expect(predict("pause", ["control"]).refusals.map(\.code) == ["control"])
    }

    @Test func whatDoesNotExistIsRefused() {
        for (action, targets, code) in [
            ("kill", ["r9-1"], "unknown-target"), ("kill", [], "no-target"), ("kill", ["zone/r1/q"], "unknown-target"),
            ("explode", ["r1-1"], "unknown-action"), ("heal", ["f9"], "unknown-fault"),
            ("evacuate", ["r9"], "unknown-region"), ("partition", ["region/r1"], "fault"),
            ("fault", ["region/r1"], "fault"), ("kill", ["service/checkout"], "unknown-target"),
        ] {
            #expect(predict(action, targets).refusals.map(\.code) == [code], "\(action) \(targets)")
        }
        #expect(predict("kill", ["r1-11"]).refusals[0].detail.contains("r1-1"))
    }

    /// As the action itself would.
    @Test(arguments: [
        ("kill", Int64(0)), ("kill", -1), ("pause", 604_800_001), ("restart", 1_000), ("resume", 1_000), ("heal", 5),
        ("breaker", 0), ("degrade", 31_622_400_001),
    ]) func aTimeThatCannotBeIsRefused(_ action: String, _ lease: Int64) {
        let targets = ["breaker": ["r1-1/checkout/shipping"], "degrade": ["mesh"], "heal": []][action] ?? ["r1-1"]
        func codes(_ lease: Int64?) -> [String] {
            predict(action, targets) { options in
                options.lease = lease
                options.value = ["breaker": "closed", "degrade": "minor"][action]
            }.refusals.map(\.code)
        }
        #expect(codes(lease) == ["lease"] && codes(nil) == [])
        let lasts = !["restart", "resume", "heal"].contains(action)
        #expect(codes(60_000) == (lasts ? [] : ["lease"]))
    }

    // MARK: Settings

    @Test func aGateThatIsHeldOpenCostsTheCustomersOfItsCell() {
        let cell = radius([CellIndex(0)]).degraded
        for gate in ["r1-1/checkout/shipping", "e1/r1-1/checkout", "e2/r1-1/records"] {
            let report = predict("breaker", [gate]) { $0.value = "forced-open" }
            #expect(report.customers.degraded == cell && report.customers.lost == 0, "\(gate)")
            #expect(report.confirm == .click && report.refusals.isEmpty)
            let closed = predict("breaker", [gate]) { $0.value = "closed" }
            #expect(closed.customers.untouched == 200 && closed.confirm == .none && closed.refusals.isEmpty)
        }
        for gate in ["r1-1/shipping/checkout", "e1/r1-1/payment", "e9/r1-1/checkout", "e1/r9-1/checkout", "x", ""] {
            #expect(
                predict("breaker", [gate]) { $0.value = "closed" }.refusals.map(\.code) == ["unknown-gate"], "\(gate)")
        }
        #expect(predict("breaker", []).refusals.map(\.code) == ["no-target"])
        let odd = predict("breaker", ["r1-1/checkout/shipping"]) { $0.value = "force-open" }
        #expect(odd.refusals.map(\.code) == ["unknown-value"] && odd.refusals[0].detail.contains("forced-open"))
    }

    /// Where every cell of a shard refuses a service nobody gets it, and nobody is lost, whose cells serve; a fallback answers worse.
    @Test func aServiceThatAllCellsRefuseHarmsItsCustomers() {
        let all = predict("breaker", ["edge/checkout/shipping"]) { $0.value = "forced-open" }
        #expect(all.customers.lost == 0 && all.customers.degraded == 200 && all.customers.harmed == 200)
        #expect(all.confirm == .type && all.refusals.isEmpty)
        let routers = topology.cells.map { "e1/\($0.name)/checkout" }
        #expect(predict("breaker", routers) { $0.value = "forced-open" }.customers.harmed == 200)
        let records = topology.cells.map { "e1/\($0.name)/records" }
        #expect(predict("breaker", records) { $0.value = "forced-open" }.customers.harmed == nil, "all are asked then")
        for change in [{ $0.fallback = [.static] }, { $0.criticality = .enhanced }] as [(inout Edge) -> Void] {
            var topology = topology
            change(&topology.blueprints[0].services[0].calls[0])
            let covered = predict("breaker", ["edge/checkout/shipping"], situation { $0.topology = topology }) {
                $0.value = "forced-open"
            }
            #expect(covered.customers.degraded == 200 && covered.customers.lost == 0 && covered.confirm == .click)
        }
        // The others of a shard stand in, unless they are dead.
        let dead = situation { $0.down = CellSet((4..<12).map { CellIndex($0) }) }
        let before = radius(dead.down).lost
        let last = predict("breaker", ["r1-1/checkout/shipping"], dead) { $0.value = "forced-open" }
        #expect(last.customers.lost == before && last.customers.harmed ?? 0 > 0 && last.confirm == .type)
        #expect(predict("breaker", ["edge/checkout/nobody"]).refusals.map(\.code) == ["unknown-gate"])
        #expect(predict("breaker", ["edge/checkout/shipping"]).customers.untouched == 200, "taken back")
    }

    @Test func aLevelCostsTheCustomersOfItsCellsFeatures() {
        var topology = topology
        topology.blueprints[0].services[0].calls[1].criticality = .luxury
        func degrade(_ scope: String, _ level: String?) -> PredictionReport {
            predict("degrade", [scope], situation { $0.topology = topology }) { $0.value = level }
        }
        let cell = degrade("cell/r1-1", "minor")
        #expect(cell.customers.degraded == radius([CellIndex(0)]).degraded && cell.confirm == .click)
        let region = degrade("region/r1", "critical")
        #expect(region.customers.degraded == radius(cells(inRegion: 0)).degraded + radius(cells(inRegion: 0)).lost)
        #expect(region.confirm == .type && region.word == "r1")
        #expect(degrade("mesh", "emergency").customers.degraded == 200)
        #expect(degrade("mesh", "normal").customers.untouched == 200 && degrade("mesh", "normal").confirm == .click)
        #expect(degrade("mesh", nil).confirm == .none)
        #expect(degrade("service/checkout", "minor").refusals.map(\.code) == ["unknown-target"])
        #expect(degrade("cell/r9-1", "minor").refusals.map(\.code) == ["unknown-target"])
        #expect(degrade("mesh", "modrate").refusals.map(\.code) == ["unknown-value"])
        // Without features a level takes nothing from anybody.
        #expect(predict("degrade", ["mesh"]) { $0.value = "critical" }.customers.untouched == 200)
    }

    // MARK: Faults

    @Test func aPartitionCutsRoutersFromCells() {
        // e1 lives in r1, e2 in r2: each loses the other's cells; r3 is cut off from nobody.
        let report = predict("partition", ["region/r1", "region/r2"])
        #expect(report.confirm == .type)
        #expect(report.customers.lost == 0 && report.customers.degraded == 200, "spread over regions")
        let away = predict("partition", ["region/r3", "region/r1", "region/r2"])
        #expect(away.customers == counts(radius(cells(inRegion: 2))))
        let alone = predict("partition", ["cell/r1-1", "cell/r2-1"])
        #expect(alone.customers.untouched == 200, "no router lies there")
        let oneWay = predict("partition", ["router/e1", "cell/r3-1"]) { $0.isOneWay = true }
        #expect(oneWay.customers == counts(radius([CellIndex(8)])))
    }

    @Test func aLatencyIsLateWhereAnAttemptIs() {
        let short = predict("fault", ["cell/r1-1"]) { ($0.kind, $0.delay) = ("latency", 499) }
        #expect(short.customers.untouched == 200 && short.lateEdges.isEmpty && short.confirm == .click)
        // Both ways: 1 s is the limit of an attempt.
        let long = predict("fault", ["cell/r1-1"]) { ($0.kind, $0.delay) = ("latency", 500) }
        #expect(long.customers == counts(radius([CellIndex(0)])))
        #expect(long.lateEdges == [["e1", "r1-1"], ["e2", "r1-1"]])
        let oneWay = predict("fault", ["cell/r1-1"]) { ($0.kind, $0.delay, $0.isOneWay) = ("latency", 500, true) }
        #expect(oneWay.lateEdges.isEmpty)
    }

    @Test func aLatencyOfAServiceTakesItsCallersPastTheirTimeouts() throws {
        let late = predict("fault", ["service/shipping"]) { ($0.kind, $0.delay) = ("latency", 600) }
        #expect(late.lateEdges == [["checkout", "shipping"]] && late.customers.lost == 0)
        #expect(late.customers.degraded == 200)
        let early = predict("fault", ["service/rates"]) { ($0.kind, $0.delay) = ("latency", 600) }
        #expect(early.lateEdges.isEmpty && early.customers.untouched == 200)
        let hang = predict("fault", ["cell/r1-1/service/shipping"]) { $0.kind = "hang" }
        #expect(hang.customers.degraded == radius([CellIndex(0)]).degraded && hang.confirm == .click)
        var leaky = topology
        let number = try #require(leaky.blueprints[0].services.firstIndex { $0.name == "shipping" })
        leaky.blueprints[0].services[number].connection = "database"
        let walled = MeshSituation(topology: leaky, placement: Placement(leaky))
        leaky.shared = [.init("database", 100)]
        let shared = MeshSituation(topology: leaky, placement: Placement(leaky))
        var options = PredictionRequest.Options()
        options.kind = "hang"
        let request = PredictionRequest(action: "fault", targets: ["cell/r1-1/service/shipping"], options: options)
        #expect(Predictor.predict(request, walled).customers.degraded == hang.customers.degraded)
        let all = Predictor.predict(request, shared).customers
        #expect(all.untouched == 0 && all.lost == 0, "every cell takes from the pool that hangs")
    }

    @Test func faultsInForceCountAndHeal() throws {
        var request = FaultRequest(kind: "blackhole", targets: ["cell/r1-1"])
        request.lease = .seconds(60)
        let fault = try request.fault(id: "f1", topology: topology, now: ClockReading(wall: 0))
        let struck = situation { $0.faults = [fault] }
        #expect(predict("kill", ["r2-1"], struck).customers == counts(radius([CellIndex(0), CellIndex(4)])))
        let healed = predict("heal", ["f1"], struck)
        #expect(healed.customers.untouched == 200 && healed.confirm == .none && healed.basis.faults == ["f1"])
        #expect(predict("heal", [], struck).customers.untouched == 200)
    }

    @Test func aHaltRefusesWhatHarms() {
        let halted = situation { $0.isHalted = true }
        #expect(predict("kill", ["r1-1"], halted).refusals.map(\.code) == ["halted"])
        #expect(predict("resume", ["r1-1"], halted).refusals.isEmpty)
    }

    // MARK: Evacuation

    @Test func anEvacuationMovesTheLoad() throws {
        let report = predict("evacuate", ["region/r1"])
        #expect(report.confirm == .type && report.word == "r1" && report.customers.untouched == 200)
        #expect(abs(report.load.factor - 1.5) < 0.15)
        var facts = EvacuationFacts(
            topology: topology, region: "r1",
            deciders: (0..<3).map { .init(cell: CellIndex($0 * 4), answers: true) },
            cells: topology.cells.map { _ in .init(utilisation: 0.8) },
            load: LoadPrediction(topology, placement: Placement(topology), leaving: 0))
        facts.confirmation = .notNeeded
        let plan = try EvacuationPlan(topology, region: 0, id: 1, cohorts: 64)
        let forecast = EvacuationForecast(plan: plan, facts: facts, verdict: EvacuationChecks.judge(facts))
        let refused = Predictor.predict(
            PredictionRequest(action: "evacuate", targets: ["r1"]), situation(), forecast: forecast)
        #expect(refused.refusals.map(\.code).contains("headroom"))
        #expect(refused.load.factor == forecast.load?.factor)
        #expect(refused.moved == forecast.customersMoved && predict("kill", ["r1-1"]).moved == nil)
        #expect(predict("restore", ["r1"]).confirm == .click)
    }

    // MARK: Ledger

    @Test func aPredictionStandsForItsActionOnce() {
        var ledger = PredictionLedger(seed: 1)
        let request = PredictionRequest(action: "kill", targets: ["r1-1"])
        let report = Predictor.predict(request, situation())
        let basis = situation().basis
        func at(_ seconds: Int64) -> Instant { .zero + .seconds(seconds) }
        func isStale(_ verdict: PredictionLedger.Verdict, _ part: String) -> Bool {
            if case .stale(let text) = verdict { text.contains(part) } else { false }
        }
        let issued = ledger.issue(report, for: request, now: at(0))
        let other = ledger.issue(report, for: request, now: at(0))
        #expect(!issued.prediction.isEmpty && issued.prediction != other.prediction)
        let foreign = PredictionRequest(action: "kill", targets: ["r1-2"])
        #expect(isStale(ledger.redeem(issued.prediction, for: foreign, basis: basis, now: at(1)), "another action"))
        #expect(ledger.redeem(issued.prediction, for: request, basis: basis, now: at(30)) == .holds)
        #expect(isStale(ledger.redeem(issued.prediction, for: request, basis: basis, now: at(30)), "no prediction"))
        #expect(isStale(ledger.redeem(other.prediction, for: request, basis: basis, now: at(31)), "older than 30 s"))
        for (changed, part) in [
            (situation { $0.down = [CellIndex(3)] }, "r1-4 is down"), (situation { $0.routers = ["e2"] }, "router/e1"),
            (situation { $0.faults = [Fault(id: "f1", .wire(.loss(0.5)), on: [.control])] }, "faults"),
        ] {
            let issued = ledger.issue(report, for: request, now: at(40))
            #expect(isStale(ledger.redeem(issued.prediction, for: request, basis: changed.basis, now: at(41)), part))
        }
        let first = ledger.issue(report, for: request, now: at(50))
        for _ in 0..<PredictionLedger.most { _ = ledger.issue(report, for: request, now: at(50)) }
        #expect(isStale(ledger.redeem(first.prediction, for: request, basis: basis, now: at(50)), "no prediction"))
    }
}
