import Foundation
import MeshBase
import Testing
import Topology

@testable import Sharding

@Suite struct PlacementTableTests {
    private let topology = mesh(regions: 3, cells: 4, size: 3)

    @Test func aNewTableIsStableAtTheFirstEpoch() {
        let table = PlacementTable()
        #expect(table.cohorts.count == 64 && table.pins.isEmpty)
        for number in 1...100 { #expect(table.epoch(of: CustomerHash(number: number)) == .first) }
        #expect(table.cohort(of: CustomerHash(rawValue: 0)) == 0)
        #expect(table.cohort(of: CustomerHash(rawValue: .max)) == 63)
    }

    @Test func cohortsAreEqualRanges() {
        let table = PlacementTable()
        var counts = Array(repeating: 0, count: 64)
        for number in 1...64_000 { counts[table.cohort(of: CustomerHash(number: number))] += 1 }
        #expect(counts.allSatisfy { abs($0 - 1000) < 160 })
    }

    @Test func aChangePassesThroughItsStates() throws {
        var table = PlacementTable(cohortCount: 2)
        let customer = CustomerHash(rawValue: 1)
        let other = CustomerHash(rawValue: .max)
        let before = try Placement(topology, table: table).assignment(of: customer)

        try table.decide(cohort: 0, evacuated: [1])
        #expect(try Placement(topology, table: table).assignment(of: customer) == before)

        try table.enterJoint(cohort: 0)
        let joint = try Placement(topology, table: table).assignment(of: customer)
        #expect(joint.epoch > before.epoch && joint.shard == before.shard)
        let joining = try #require(joint.joining)
        #expect(joining.count == 3 && joining.allSatisfy { topology.cells[$0.position].region != 1 })
        #expect(joining.overlap(with: joint.shard) == 2)

        try table.leaveJoint(cohort: 0)
        let new = try Placement(topology, table: table).assignment(of: customer)
        #expect(new.epoch > joint.epoch && new.shard == joining && new.joining == nil)

        try table.release(cohort: 0)
        let stable = try Placement(topology, table: table).assignment(of: customer)
        #expect(stable == new)
        #expect(table.epoch(of: other) == .first && table.version == 5)
        #expect(table.epoch(of: customer) == stable.epoch)
    }

    @Test func stepsOutOfOrderAreRefusedAndChangeNothing() throws {
        var table = PlacementTable(cohortCount: 2)
        let before = table
        #expect(throws: PlacementChangeError.wrongState(cohort: 0)) { try table.enterJoint(cohort: 0) }
        #expect(throws: PlacementChangeError.wrongState(cohort: 0)) { try table.leaveJoint(cohort: 0) }
        #expect(throws: PlacementChangeError.wrongState(cohort: 0)) { try table.release(cohort: 0) }
        #expect(throws: PlacementChangeError.wrongState(cohort: 0)) { try table.withdraw(cohort: 0) }
        #expect(throws: PlacementChangeError.noSuchCohort(2)) { try table.decide(cohort: 2, evacuated: []) }
        #expect(throws: PlacementChangeError.emptyShard) { try table.pin(CustomerHash("c1"), to: []) }
        #expect(throws: PlacementChangeError.notPinned) { try table.unpin(CustomerHash("c1")) }
        #expect(table == before)
        try table.decide(cohort: 0, evacuated: [0])
        #expect(throws: PlacementChangeError.wrongState(cohort: 0)) { try table.decide(cohort: 0, evacuated: []) }
        try table.withdraw(cohort: 0)
        #expect(table.cohorts == before.cohorts && table.lastEpoch > before.lastEpoch)
    }

    @Test(arguments: 0..<20)
    func epochsOfACustomerNeverFall(seed: UInt64) throws {
        var rng = Generator(seed: seed, concern: "table")
        var table = PlacementTable(cohortCount: 4)
        let customers = (1...20).map { CustomerHash(number: $0) }
        var highest = customers.map { table.epoch(of: $0) }
        for _ in 0..<300 {
            let cohort = Int(rng.below(4))
            let customer = customers[Int(rng.below(20))]
            let version = table.version
            let copy = table
            do {
                switch rng.below(7) {
                case 0: try table.decide(cohort: cohort, evacuated: [Int(rng.below(3))])
                case 1: try table.enterJoint(cohort: cohort)
                case 2: try table.leaveJoint(cohort: cohort)
                case 3: try table.release(cohort: cohort)
                case 4: try table.withdraw(cohort: cohort)
                case 5: try table.pin(customer, to: [CellIndex(Int(rng.below(12)))])
                default: try table.unpin(customer)
                }
                verify(table.version == version + 1)
            } catch {
                verify(table == copy, "seed \(seed)")
            }
            guard rng.chance(0.2) else { continue }
            let placement = try Placement(topology, table: table)
            for (number, customer) in customers.enumerated() {
                let epoch = placement.epoch(of: customer)
                verify(epoch == table.epoch(of: customer) && epoch == placement.assignment(of: customer).epoch)
                verify(epoch >= highest[number], "seed \(seed)")
                highest[number] = epoch
            }
        }
        let data = try JSONEncoder().encode(table)
        #expect(try JSONDecoder().decode(PlacementTable.self, from: data) == table)
    }

    @Test func pinsOverrideAndAreFound() throws {
        var table = PlacementTable()
        for number in 1...3000 {
            try table.pin(CustomerHash(number: number), to: [CellIndex(number % 12), CellIndex((number + 1) % 12)])
        }
        let placement = try Placement(topology, table: table)
        let plain = Placement(topology)
        for number in 1...6000 {
            let customer = CustomerHash(number: number)
            if number <= 3000 {
                verify(placement.shard(of: customer) == [CellIndex(number % 12), CellIndex((number + 1) % 12)])
                verify(placement.shard(of: customer, excluding: [CellIndex(number % 12)]).count == 1)
                verify(placement.epoch(of: customer) == Epoch(UInt32(number + 1)))
            } else {
                verify(placement.shard(of: customer) == plain.shard(of: customer))
            }
        }
        try table.unpin(CustomerHash(number: 5))
        verify(
            try Placement(topology, table: table).shard(of: CustomerHash(number: 5))
                == plain.shard(of: CustomerHash(number: 5)))
    }

    @Test func pinsAreBounded() throws {
        var table = PlacementTable()
        table.pins = (0..<PlacementTable.maximumPinCount).map {
            .init(customer: CustomerHash(rawValue: UInt64($0) * 1000), shard: [CellIndex(0)], epoch: .first)
        }
        #expect(throws: PlacementChangeError.tooManyPins) {
            try table.pin(CustomerHash(rawValue: 1), to: [CellIndex(1)])
        }
        try table.pin(CustomerHash(rawValue: 5000), to: [CellIndex(1)])
        #expect(try Placement(topology, table: table).shard(of: CustomerHash(rawValue: 5000)) == [CellIndex(1)])
    }

    @Test func aTableThatDoesNotFitIsRefused() throws {
        var table = PlacementTable(cohortCount: 1)
        try table.pin(CustomerHash("c1"), to: [CellIndex(12)])
        #expect(throws: PlacementError.noSuchCell(CellIndex(12))) { try Placement(topology, table: table) }
        table = PlacementTable(cohortCount: 1)
        try table.decide(cohort: 0, evacuated: [3])
        #expect(throws: PlacementError.noSuchRegion(3)) { try Placement(topology, table: table) }
    }

    @Test(arguments: [
        #"{"version":1,"last_epoch":1,"cohorts":[],"pins":[]}"#,
        #"{"version":1,"last_epoch":1,"cohorts":[{"stable":{"at":{"epoch":2,"evacuated":[]}}}],"pins":[]}"#,
        #"{"version":1,"last_epoch":1,"cohorts":[{"stable":{"at":{"epoch":1,"evacuated":[-1]}}}],"pins":[]}"#,
        #"{"version":1,"last_epoch":9,"cohorts":[{"joint":{"epoch":1,"old":{"epoch":2,"evacuated":[]},"new":{"epoch":3,"evacuated":[]}}}],"pins":[]}"#,
        #"{"version":1,"last_epoch":1,"cohorts":[{"stable":{"at":{"epoch":1,"evacuated":[]}}}],"pins":[{"customer":{"rawValue":1},"shard":[],"epoch":{"rawValue":1}}]}"#,
        #"{"version":1,"last_epoch":1,"cohorts":[{"stable":{"at":{"epoch":1,"evacuated":[]}}}],"pins":[{"customer":{"rawValue":1},"shard":[3,3],"epoch":{"rawValue":1}}]}"#,
        #"{"version":18446744073709551615,"last_epoch":1,"cohorts":[{"stable":{"at":{"epoch":1,"evacuated":[]}}}],"pins":[]}"#,
        #"{"version":-1}"#, "[]",
    ])
    func badTablesAreRefused(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(PlacementTable.self, from: Data(text.utf8))
        }
    }

    @Test(arguments: 0..<60)
    func evacuationMovesOnlyTheRegionsCustomers(seed: UInt64) throws {
        var rng = Generator(seed: seed, concern: "evacuation")
        let topology = randomMesh(&rng)
        let region = Int(rng.below(UInt64(topology.regions.count)))
        var table = PlacementTable(cohortCount: 1)
        try table.decide(cohort: 0, evacuated: [region])
        try table.enterJoint(cohort: 0)
        let placement = try Placement(topology, table: table)
        var reference = ReferencePlacement(topology: topology)
        reference.evacuated = [region]
        for number in 1...100 {
            let customer = CustomerHash(number: number)
            let assignment = placement.assignment(of: customer)
            let joining = try #require(assignment.joining)
            verify(joining.map(\.position) == reference.shard(of: customer), "seed \(seed)")
            // Who stays stays: only members in the region are replaced.
            let staying = assignment.shard.filter { topology.cells[$0.position].region != region }
            verify(staying.allSatisfy { joining.contains($0) }, "seed \(seed), c\(number)")
        }
    }
}
