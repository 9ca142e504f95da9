import Foundation
import MeshBase
import Testing
import Topology

@testable import Sharding

@Suite struct PlacementTableTests {
    /// The cells would drop what they have as rows of one who was away: their epoch is older than the cohort's placement.
    @Test func aPinThatIsOlderThanItsCohortsPlacementIsMovedBeforeItGoes() throws {
        let shard = Shard([CellIndex(1), CellIndex(4)])!
        var entry = PlacementEntry(cohort: 0)
        let customer = CustomerHash(rawValue: 5)
        try entry.pin(customer, from: shard, to: shard)
        var young = entry
        try young.unpin(customer, to: shard)
        #expect(young.pins.isEmpty, "nothing has changed since")
        try entry.begin(evacuated: [2])
        try entry.switchOver()
        try entry.release()
        #expect(throws: PlacementChangeError.wrongState(cohort: 0)) { try entry.removePin(customer) }
        try entry.unpin(customer, to: shard)
        #expect(entry.pins[0].isLeaving && entry.pins[0].state.phase == .joint && entry.pins[0].shard == shard)
        try entry.advance(pin: customer, .switchOver)
        try entry.advance(pin: customer, .release)
        #expect(entry.mayRemovePin(customer, to: shard))
        try entry.removePin(customer)
        #expect(entry.pins.isEmpty)
    }

    private let topology = mesh(regions: 3, cells: 4, size: 3)

    @Test func aNewTableIsStableAtTheFirstEpoch() {
        let table = PlacementTable()
        #expect(table.entries.count == 64 && table.pinCount == 0 && table.version == 1)
        for number in 1...100 { #expect(table.epoch(of: CustomerHash(number: number)) == .first) }
        #expect(table.cohort(of: CustomerHash(rawValue: 0)) == 0)
        #expect(table.cohort(of: CustomerHash(rawValue: .max)) == 63)
    }

    @Test(arguments: [1, 2, 3, 5, 7, 64, 100, 1000, 1024])
    func cohortsAreEqualRanges(count: Int) {
        let table = PlacementTable(cohortCount: count)
        var next: UInt64 = 0
        for cohort in 0..<count {
            let hashes = table.hashes(of: cohort)
            verify(hashes.lowerBound == next, "cohort \(cohort) of \(count)")
            verify(table.cohort(of: CustomerHash(rawValue: hashes.lowerBound)) == cohort)
            verify(table.cohort(of: CustomerHash(rawValue: hashes.upperBound)) == cohort)
            next = hashes.upperBound &+ 1
        }
        #expect(next == 0)
    }

    @Test func aMovePassesThroughItsStates() throws {
        var table = PlacementTable(cohortCount: 2)
        let customer = CustomerHash(rawValue: 1)
        let other = CustomerHash(rawValue: .max)
        let before = try Placement(topology, table: table).assignment(of: customer)

        try table.change(cohort: 0) { entry throws(PlacementChangeError) in try entry.begin(evacuated: [1]) }
        let joint = try Placement(topology, table: table).assignment(of: customer)
        #expect(joint.epoch > before.epoch && joint.phase == .joint && joint.inForce == before.inForce)
        #expect(joint.other.count == 3 && joint.other.allSatisfy { topology.cells[$0.position].region != 1 })
        #expect(joint.other.overlap(with: joint.inForce) == 2)
        #expect(joint.serving == joint.other)
        #expect(joint.inForce.allSatisfy { joint.isMember($0) } && joint.other.allSatisfy { joint.isMember($0) })

        try table.change(cohort: 0) { entry throws(PlacementChangeError) in try entry.advance(.switchOver) }
        let new = try Placement(topology, table: table).assignment(of: customer)
        #expect(new.epoch > joint.epoch && new.phase == .new)
        #expect(new.inForce == joint.other && new.other == joint.inForce)
        #expect(before.inForce.filter { !new.inForce.contains($0) }.allSatisfy { !new.isMember($0) })

        try table.change(cohort: 0) { entry throws(PlacementChangeError) in try entry.advance(.release) }
        let stable = try Placement(topology, table: table).assignment(of: customer)
        #expect(stable.phase == .stable && stable.inForce == new.inForce && stable.other.isEmpty)
        #expect(stable.epoch > new.epoch)
        #expect(table.epoch(of: other) == .first && table.version == 4)
        #expect(table.epoch(of: customer) == stable.epoch && table.entries[0].move == joint.epoch)
    }

    @Test func aReverseLeadsBackAndKeepsSince() throws {
        var entry = PlacementEntry(cohort: 0)
        try entry.begin(evacuated: [2])
        try entry.advance(.switchOver)
        guard case .new(let new, let previous) = entry.state else { return #expect(Bool(false)) }
        try entry.advance(.reverse)
        #expect(entry.state == .joint(old: new, new: previous) && entry.move == entry.epoch)
        #expect(previous.since == .first && new.since < entry.epoch)
        try entry.advance(.switchOver)
        try entry.advance(.release)
        #expect(entry.state == .stable(previous) && entry.version == 6)
        // An abort of a reverse goes on at the new side.
        try entry.begin(evacuated: [2])
        try entry.advance(.switchOver)
        try entry.advance(.reverse)
        try entry.advance(.abort)
        #expect(entry.state.inForce.evacuated == [2])
    }

    @Test func stepsOutOfOrderAreRefusedAndChangeNothing() throws {
        var entry = PlacementEntry(cohort: 3)
        let before = entry
        let wrong = PlacementChangeError.wrongState(cohort: 3)
        #expect(throws: wrong) { try entry.abort() }
        #expect(throws: wrong) { try entry.switchOver() }
        #expect(throws: wrong) { try entry.release() }
        #expect(throws: wrong) { try entry.reverse() }
        #expect(throws: PlacementChangeError.emptyShard) {
            try entry.pin(CustomerHash("c1"), from: [CellIndex(1)], to: [])
        }
        #expect(throws: PlacementChangeError.notPinned) { try entry.unpin(CustomerHash("c1"), to: [CellIndex(1)]) }
        #expect(throws: PlacementChangeError.notPinned) { try entry.advance(pin: CustomerHash("c1"), .abort) }
        #expect(entry == before)
        try entry.begin(evacuated: [0])
        #expect(throws: wrong) { try entry.begin(evacuated: []) }
        #expect(throws: wrong) { try entry.sweep() }
        #expect(throws: wrong) { try entry.pin(CustomerHash("c1"), from: [CellIndex(1)], to: [CellIndex(2)]) }
        try entry.abort()
        #expect(entry.state == before.state && entry.epoch > before.epoch)
    }

    @Test(arguments: 0..<40)
    func epochsOfACustomerNeverFall(seed: UInt64) throws {
        var rng = Generator(seed: seed, concern: "table")
        var placement = try Placement(topology, table: PlacementTable(cohortCount: 4))
        var table = placement.table
        let customers = (1...20).map { CustomerHash(number: $0) }
        var highest = customers.map { table.epoch(of: $0) }
        var used = Set<UInt32>()
        for step in 0..<300 {
            let cohort = Int(rng.below(4))
            var entry = table.entries[cohort]
            let copy = entry
            let pinned = customers.filter { table.cohort(of: $0) == cohort }.randomElement(using: &rng)
            let shard = Shard([CellIndex(Int(rng.below(12)))])!
            do {
                switch rng.below(10) {
                case 0: try entry.begin(evacuated: [Int(rng.below(3))])
                case 1: try entry.abort()
                case 2: try entry.switchOver()
                case 3: try entry.release()
                case 4: try entry.reverse()
                case 5: try entry.refence()
                case 6: try entry.sweep()
                case 7: if let pinned { try entry.pin(pinned, from: placement.shard(of: pinned), to: shard) }
                case 8:
                    let step = [MoveStep.abort, .switchOver, .release, .reverse][Int(rng.below(4))]
                    if let pinned { try entry.advance(pin: pinned, step) }
                default:
                    if let pinned {
                        try entry.unpin(pinned, to: placement.cohortAssignment(of: pinned).serving)
                    }
                }
            } catch {
                verify(entry == copy, "seed \(seed)")
                continue
            }
            guard entry != copy else { continue }
            verify(entry.version == copy.version + 1 && used.insert(entry.last.rawValue << 2 | UInt32(cohort)).inserted)
            // What travels is what was decided, and arrives in any order.
            let bytes = entry.bytes
            verify(PlacementEntry(bytes: bytes, cohorts: 4) == entry, "seed \(seed), step \(step)")
            table.merge(entry)
            verify(!table.merge(copy))
            guard (try? placement.install(entry)) != nil else { continue }
            verify(placement.table == table)
            let fresh = try Placement(topology, table: table)
            for (number, customer) in customers.enumerated() {
                let epoch = placement.epoch(of: customer)
                verify(epoch == table.epoch(of: customer) && epoch == placement.assignment(of: customer).epoch)
                verify(epoch >= highest[number], "seed \(seed), step \(step)")
                verify(fresh.assignment(of: customer) == placement.assignment(of: customer))
                highest[number] = epoch
            }
        }
        let data = try JSONEncoder().encode(table)
        #expect(try JSONDecoder().decode(PlacementTable.self, from: data) == table)
    }

    @Test(arguments: 0..<20)
    func damagedEntriesAreRefused(seed: UInt64) throws {
        var rng = Generator(seed: seed, concern: "damage")
        var entry = PlacementEntry(cohort: 0)
        try entry.pin(CustomerHash(rawValue: 9), from: [CellIndex(0), CellIndex(1)], to: [CellIndex(2), CellIndex(3)])
        try entry.begin(evacuated: [0, 2])
        let bytes = entry.bytes
        for cut in 0..<bytes.count {
            verify(PlacementEntry(bytes: bytes[..<cut], cohorts: 1) == nil, "cut at \(cut)")
        }
        for _ in 0..<500 {
            var damaged = bytes
            damaged[Int(rng.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: rng.next())
            // Whatever is read is an entry that writes itself as it was read.
            if let read = PlacementEntry(bytes: damaged, cohorts: 1) { verify(read.bytes == damaged, "seed \(seed)") }
        }
        #expect(PlacementEntry(bytes: PlacementEntry(cohort: 5).bytes, cohorts: 5) == nil)
    }

    @Test func pinsMoveAndAreFound() throws {
        var placement = Placement(topology)
        let plain = placement
        var table = placement.table
        for number in 1...3000 {
            let customer = CustomerHash(number: number)
            let shard: Shard = [CellIndex(number % 12), CellIndex((number + 1) % 12)]
            try table.change(cohort: table.cohort(of: customer)) { entry throws(PlacementChangeError) in
                try entry.pin(customer, from: plain.shard(of: customer), to: shard)
            }
        }
        for entry in table.entries { try placement.install(entry) }
        for number in 1...6000 {
            let customer = CustomerHash(number: number)
            let assignment = placement.assignment(of: customer)
            if number <= 3000 {
                verify(assignment.serving == [CellIndex(number % 12), CellIndex((number + 1) % 12)])
                verify(assignment.phase == .joint && assignment.inForce == plain.shard(of: customer))
                verify(placement.shard(of: customer, excluding: [CellIndex(number % 12)]).count == 1)
                verify(assignment.epoch > .first)
            } else {
                verify(assignment == plain.assignment(of: customer))
            }
        }
        // A pin's epochs fence its customer alone.
        let customer = CustomerHash(number: 5)
        let cohort = table.cohort(of: customer)
        for step in [MoveStep.switchOver, .release] {
            try table.change(cohort: cohort) { entry throws(PlacementChangeError) in
                try entry.advance(pin: customer, step)
            }
        }
        #expect(table.entries[cohort].epoch == .first)
        let home = plain.shard(of: customer)
        try table.change(cohort: cohort) { entry throws(PlacementChangeError) in
            try entry.unpin(customer, to: home)
            try entry.advance(pin: customer, .switchOver)
            try entry.advance(pin: customer, .release)
            try entry.removePin(customer)
        }
        #expect(table.entries[cohort].pin(of: customer) == nil && table.entries[cohort].epoch > .first)
        try placement.install(table.entries[cohort])
        #expect(placement.shard(of: customer) == home)
    }

    @Test func pinsAreBounded() throws {
        var entry = PlacementEntry(cohort: 0)
        for number in 0..<PlacementEntry.maximumPinCount {
            try entry.pin(CustomerHash(rawValue: UInt64(number) * 1000), from: [CellIndex(0)], to: [CellIndex(0)])
        }
        #expect(throws: PlacementChangeError.tooManyPins) {
            try entry.pin(CustomerHash(rawValue: 1), from: [CellIndex(0)], to: [CellIndex(1)])
        }
        try entry.pin(CustomerHash(rawValue: 5000), from: [CellIndex(0)], to: [CellIndex(1)])
        #expect(entry.pin(of: CustomerHash(rawValue: 5000))?.shard == [CellIndex(1)])
    }

    @Test func whatLostCellsHoldIsGivenUpOfOneCustomer() throws {
        let customer = CustomerHash(rawValue: 7)
        let (a, b, c, d) = (CellIndex(0), CellIndex(1), CellIndex(2), CellIndex(3))
        var entry = PlacementEntry(cohort: 0)
        try entry.giveUp(customer, from: [a, b, c], lost: [a, b], then: .leaving([b, c, d]))
        var pin = try #require(entry.pin(of: customer))
        // It moves on from what is left, whose cells keep their records.
        #expect(
            pin.state
                == .joint(old: PinSide(since: .first, shard: [c]), new: PinSide(since: pin.epoch, shard: [b, c, d])))
        #expect(pin.isLeaving && pin.move == pin.epoch && pin.epoch > .first && entry.epoch == .first)
        // On its way it loses another, and all that it had: it begins anew where it goes.
        try entry.giveUp(customer, from: [a, b, c], lost: [c], then: .leaving([a, b, d]))
        pin = try #require(entry.pin(of: customer))
        #expect(pin.state == .stable(PinSide(since: pin.epoch, shard: [b, c, d])) && pin.isLeaving)
        // Who is pinned stays pinned, and who was held back is so no more.
        try entry.hold([(CustomerHash(rawValue: 9), [a, b, c])])
        try entry.giveUp(CustomerHash(rawValue: 9), from: [a, b, d], lost: [b, c, d], then: .pinned([b, d]))
        pin = try #require(entry.pin(of: CustomerHash(rawValue: 9)))
        #expect(
            pin.state == .joint(old: PinSide(since: .first, shard: [a]), new: PinSide(since: pin.epoch, shard: [b, d])))
        #expect(!pin.isHeld && !pin.isLeaving)
        // Where its cohort moves first it waits on what is left.
        try entry.giveUp(CustomerHash(rawValue: 11), from: [a, b, c], lost: [b, c], then: .leavingLater([b, c, d]))
        pin = try #require(entry.pin(of: CustomerHash(rawValue: 11)))
        #expect(pin.state == .stable(PinSide(since: .first, shard: [a])) && pin.isLeaving && pin.move == Epoch(0))
        let before = entry
        #expect(throws: PlacementChangeError.emptyShard) {
            try entry.giveUp(CustomerHash(rawValue: 12), from: [a], lost: [a], then: .pinned([]))
        }
        try entry.begin(evacuated: [0])
        #expect(throws: PlacementChangeError.wrongState(cohort: 0)) {
            try entry.giveUp(CustomerHash(rawValue: 12), from: [a], lost: [a], then: .pinned([b]))
        }
        #expect(PlacementEntry(bytes: before.bytes, cohorts: 1) == before)
    }

    @Test func aTableThatDoesNotFitIsRefused() throws {
        var table = PlacementTable(cohortCount: 1)
        try table.change(cohort: 0) { entry throws(PlacementChangeError) in
            try entry.pin(CustomerHash("c1"), from: [CellIndex(0)], to: [CellIndex(12)])
        }
        #expect(throws: PlacementError.noSuchCell(CellIndex(12))) { try Placement(topology, table: table) }
        table = PlacementTable(cohortCount: 1)
        try table.change(cohort: 0) { entry throws(PlacementChangeError) in try entry.begin(evacuated: [3]) }
        #expect(throws: PlacementError.noSuchRegion(3)) { try Placement(topology, table: table) }
        var placement = try Placement(topology, table: PlacementTable(cohortCount: 1))
        #expect(throws: PlacementError.noSuchRegion(3)) { try placement.install(table.entries[0]) }
        #expect(placement.table == PlacementTable(cohortCount: 1))
    }

    @Test func aTableOfAReleaseBeforeMovesIsRead() throws {
        let cohort = #"{"stable":{"at":{"epoch":1,"evacuated":[]}}}"#
        let text = #"{"version":1,"last_epoch":1,"cohorts":[\#(cohort),\#(cohort)],"pins":[]}"#
        let table = try JSONDecoder().decode(PlacementTable.self, from: Data(text.utf8))
        #expect(table == PlacementTable(cohortCount: 2))
    }

    @Test(arguments: [
        #"{"version":1,"last_epoch":1,"cohorts":[],"pins":[]}"#,
        #"{"version":2,"last_epoch":1,"cohorts":[{}],"pins":[]}"#,
        #"{"version":1,"cohorts":0,"changed":[]}"#, #"{"version":1,"cohorts":1025,"changed":[]}"#,
        #"{"version":1,"cohorts":4,"changed":["00"]}"#, #"{"version":1,"cohorts":4,"changed":["zz"]}"#,
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
        try table.change(cohort: 0) { entry throws(PlacementChangeError) in try entry.begin(evacuated: [region]) }
        let placement = try Placement(topology, table: table)
        var reference = ReferencePlacement(topology: topology)
        reference.evacuated = [region]
        for number in 1...100 {
            let customer = CustomerHash(number: number)
            let assignment = placement.assignment(of: customer)
            verify(assignment.other.map(\.position) == reference.shard(of: customer), "seed \(seed)")
            // Who stays stays: only members in the region are replaced.
            let staying = assignment.inForce.filter { topology.cells[$0.position].region != region }
            verify(staying.allSatisfy { assignment.other.contains($0) }, "seed \(seed), c\(number)")
        }
    }
}
