import MeshBase
import Testing
import Topology

@testable import Laboratories

@Suite struct MaturityLabTests {
    /// `page` needs `order`; without `offers` it answers all the same.
    private func blueprint() -> Blueprint {
        var blueprint = Blueprint(
            name: "shop",
            services: [
                Service(
                    name: "page",
                    calls: [
                        Edge(to: 1), Edge(to: 2, criticality: .enhanced, fallback: [.static]),
                    ]),
                Service(name: "order", priority: .critical), Service(name: "offers"),
            ])
        blueprint.objectives = Objectives(p99: .milliseconds(50))
        return blueprint
    }

    private func settings(
        _ blueprint: Blueprint, _ change: (inout PoliciesBlock) -> Void = { _ in }
    ) -> MaturityLab.Settings {
        var policies = PoliciesBlock()
        change(&policies)
        return MaturityLab.Settings(
            cells: [MaturityLab.Cell(blueprint, PolicyResolver(blueprint, topology: policies))])
    }

    private func area(_ report: MaturityReport, _ name: MaturityArea.Name) throws -> MaturityArea {
        try #require(report.areas.first { $0.area == name })
    }

    @Test func coverageIsScoredInSteps() {
        let expected = [(1.0, 1.0), (0.8, 1), (0.79, 0.7), (0.5, 0.7), (0.49, 0.4), (0.2, 0.4), (0.19, 0), (0, 0)]
        for (coverage, score) in expected { #expect(MaturityLab.score(coverage: coverage) == score) }
        #expect(MaturityArea.Name.allCases.map(\.weight) == [0.30, 0.25, 0.25, 0.20])
    }

    @Test func theLocalPoliciesAreResilient() throws {
        let report = try MaturityLab.run(settings(blueprint()))
        #expect(report.level == .resilient && report.lacking == ["chaos-tests"])
        let breakers = try area(report, .breakers)
        #expect(breakers.score == 1 && breakers.checks.map(\.name).contains("half-open"))
        // Probes, metrics, objectives and prediction of five.
        #expect(abs(try area(report, .monitoring).score - 0.8) < 1e-12)
        // The critical order can be had neither worse nor later.
        #expect(report.missing.map(\.service) == ["order"] && report.missing[0].missing == [.degradation])
        #expect(report.missing[0].tier == 1)
        let sum = report.areas.reduce(0) { $0 + $1.score * $1.area.weight }
        #expect(abs(report.score - sum) < 1e-12)
    }

    @Test func withoutPoliciesItIsFragile() throws {
        let report = try MaturityLab.run(settings(blueprint()) { $0.profile = .off })
        #expect(report.level == .fragile && report.lacking == ["timeouts", "retries"])
        #expect(try area(report, .breakers).score == 0)
        #expect(report.missing.count == 3 && report.missing[1].missing.count == MaturityPattern.allCases.count)
        let urgent = report.recommendations.filter { $0.priority == .high }.map(\.pattern)
        #expect(urgent == ["breakers", "health-checks", "timeouts", "retries"])
        let breakers = try #require(report.recommendations.first)
        #expect(breakers.effort == "2-3 weeks" && breakers.impact == 0.3)
        let bulkheads = try #require(report.recommendations.first { $0.pattern == "bulkheads" })
        #expect(bulkheads.priority == .medium && bulkheads.effort == "3-4 weeks")
    }

    @Test func levelsAreReachedOneAfterTheOther() throws {
        func level(_ chaos: MaturityLab.Chaos, heals: Bool = false, off: [PolicySwitch] = []) throws -> MaturityReport {
            var settings = settings(blueprint()) { $0.off = off }
            settings.chaos = chaos
            settings.heals = heals
            return try MaturityLab.run(settings)
        }
        #expect(try level(.tests).level == .adaptive && level(.tests).lacking == ["self-healing", "continuous-chaos"])
        #expect(try level(.continuous, heals: true).level == .antifragile)
        #expect(try level(.continuous, heals: true).lacking.isEmpty)
        // What is above does not stand in for what is below.
        #expect(try level(.continuous, heals: true, off: [.breaker]).level == .robust)
        #expect(try level(.continuous, heals: true, off: [.retry]).level == .fragile)
    }

    @Test func coverageIsOfServices() throws {
        var half = blueprint()
        half.services[1].policies = PoliciesBlock()
        half.services[1].policies?.off = [.breaker]
        // Two of three services: 0.7 for presence, one for each of the four others.
        #expect(abs(try area(MaturityLab.run(settings(half)), .breakers).score - 0.94) < 1e-12)
    }

    @Test func tiersFollowPriorityAndNeed() {
        var shop = blueprint()
        #expect(MaturityFacts.tiers(shop) == [2, 1, 3])
        shop.services[1].priority = nil
        shop.services[2].priority = .high
        #expect(MaturityFacts.tiers(shop) == [2, 2, 2])
    }

    @Test func problemsOfTheFileAreHeldAgainstIt() throws {
        var settings = settings(blueprint())
        let before = try area(MaturityLab.run(settings), .bulkheads).score
        settings.problems = [
            .init(
                code: "pool-mixed", severity: "warning", file: "shop.yaml", line: 1, column: 1, message: "", hint: nil)
        ]
        let report = try MaturityLab.run(settings)
        #expect(abs(try before - area(report, .bulkheads).score - 0.2) < 1e-12)
        #expect(report.sheet.notes[0].contains("1 thing"))
        #expect(throws: LabRefusal.self) { try MaturityLab.run(MaturityLab.Settings(cells: [])) }
    }
}
