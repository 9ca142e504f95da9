import Foundation
import MeshBase
import Testing

@testable import Topology

@Suite struct RevisionTests {
    private let founded = threeRegions()

    private func echo(cpu: Int64) -> Blueprint {
        Blueprint(name: "echo", services: [Service(name: "ping", work: Work(cpu: .microseconds(cpu)))])
    }

    private func revisions(_ number: Int = 2, cpu: Int64 = 5) -> BlueprintRevisions {
        BlueprintRevisions(versions: [.init(number: number, blueprint: echo(cpu: cpu), source: "new.yaml")])
    }

    @Test func someCellsHaveABlueprintMoreAndTheMeshIsTheSame() throws {
        var revisions = revisions()
        let all = founded.cells.map(\.name)
        revisions.set(2, of: ["us-west-2"], blueprint: "echo", among: all)
        let revised = try founded.revised(revisions)
        #expect(revised.blueprints.map(\.name) == ["echo", "echo-v2"])
        for position in revised.cells.indices {
            let isChanged = revised.cells[position].name == "us-west-2"
            #expect(revised.version(of: CellIndex(position)) == (isChanged ? 2 : 1))
            #expect(
                revised.blueprint(of: CellIndex(position)).services[0].work.cpu
                    == (isChanged ? .microseconds(5) : .zero))
        }
        #expect(revised.wireLabel == founded.wireLabel)
        #expect(revised.asFounded == founded && revised.withoutRevisions == founded)
    }

    @Test func whatAllCellsHaveStandsInItsPlaceAndIsWhatFurtherOnesGet() throws {
        var revisions = revisions()
        let all = founded.cells.map(\.name)
        revisions.set(2, of: all, blueprint: "echo", among: all)
        #expect(revisions.cells.isEmpty && revisions.standard == ["echo": 2])
        let revised = try founded.revised(revisions)
        #expect(revised.blueprints == [echo(cpu: 5)] && revised.wireLabel == founded.wireLabel)
        let grown = try revised.grown([revised.furtherCell(in: 0)])
        #expect(grown.version(of: CellIndex(grown.cells.count - 1)) == 2)
        #expect(grown.blueprint(of: CellIndex(grown.cells.count - 1)).services[0].work.cpu == .microseconds(5))
        #expect(grown.addedSince.map(\.blueprint) == [0] && grown.asFounded == founded)
    }

    @Test func theNextOneLeavesWhatNobodyHasAnyMore() throws {
        var revisions = revisions()
        let all = founded.cells.map(\.name)
        revisions.set(2, of: all, blueprint: "echo", among: all)
        #expect(revisions.add(echo(cpu: 9), source: "newer.yaml") == 3)
        revisions.set(3, of: ["eu-west-1"], blueprint: "echo", among: all)
        #expect(revisions.versions.map(\.number) == [2, 3])
        let mixed = try founded.revised(revisions)
        #expect(mixed.blueprints.map(\.name) == ["echo", "echo-v3"])
        #expect(mixed.blueprints.map(\.services[0].work.cpu) == [.microseconds(5), .microseconds(9)])
        // As long as nothing else comes, all can go back to what they had.
        revisions.set(3, of: all, blueprint: "echo", among: all)
        #expect(revisions.standard == ["echo": 3])
        revisions.set(2, of: ["eu-west-1"], blueprint: "echo", among: all)
        #expect(
            try founded.revised(revisions).blueprints.map(\.services[0].work.cpu) == [
                .microseconds(5), .microseconds(9),
            ])
        revisions.set(3, of: all, blueprint: "echo", among: all)
        #expect(revisions.add(echo(cpu: 11), source: "newest.yaml") == 4)
        #expect(revisions.versions.map(\.number) == [3, 4])
        // Back to the founding one; no number is given twice.
        revisions.set(1, of: all, blueprint: "echo", among: all)
        #expect(revisions.standard.isEmpty && revisions.cells.isEmpty && revisions.next == 5)
        #expect(try founded.revised(revisions) == founded)
    }

    @Test func whatProcessesMustAgreeOnCannotChange() throws {
        let old = Blueprint(name: "echo", services: [Service(name: "ping")], store: StoreSettings(tier: .critical))
        func misfit(_ change: (inout Blueprint) -> Void) -> BlueprintMisfit? {
            var new = old
            change(&new)
            return BlueprintMisfit(of: new, in: old)
        }
        #expect(misfit { _ in } == nil)
        #expect(misfit { $0.services[0].pool.workers = 3 } == nil)
        #expect(misfit { $0.services.append(Service(name: "pong")) } == .services(was: ["ping"]))
        #expect(misfit { $0.store = nil } == .store(was: true))
        #expect(misfit { $0.store = StoreSettings(tier: .cache) } == .tier(was: "critical"))
        #expect(misfit { $0.services[0].idempotency = Idempotency(mode: .off) } == .idempotency(service: "ping"))
        var revisions = revisions()
        revisions.versions[0].blueprint.services.append(Service(name: "pong"))
        revisions.standard = ["echo": 2]
        #expect(throws: RevisionFault.unlike("echo", .services(was: ["ping"]))) { try founded.revised(revisions) }
        #expect(throws: RevisionFault.noSuchVersion(7)) {
            try founded.revised(BlueprintRevisions(cells: ["eu-west-1": 7]))
        }
    }
}
