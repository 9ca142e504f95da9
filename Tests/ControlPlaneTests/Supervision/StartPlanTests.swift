import Testing
import Topology
import UVDriver

@testable import ControlPlane

@Suite("Start plan")
struct StartPlanTests {
    private let wanted = Sample.topology.processNames

    private func entry(_ name: ProcessName, _ pid: Int32, running: Bool = true, start: UInt64? = nil) -> LedgerEntry {
        LedgerEntry(
            name, ProcessIdentity(pid: pid, startTime: start ?? UInt64(pid)), isRunning: running,
            addresses: ProcessAddresses(data: nil, admin: .loopback(1), gossip: nil))
    }

    @Test("Busy is not dead: what serves and does not answer is taken over; what never served ends")
    func silent() {
        var busy = entry(Sample.eu1, 1)
        busy.isSilent = true
        var unborn = entry(Sample.eu2, 2)
        unborn.addresses = ProcessAddresses()
        let plan = StartPlan(wanted: wanted, ledger: [busy, unborn], killed: [:], now: 0)
        #expect(plan.adopt.map(\.name) == [Sample.eu1] && plan.adopt.first?.isSilent == true)
        #expect(plan.end.map(\.name) == [Sample.eu2])
        #expect(plan.spawn == [Sample.eu2, Sample.us1, Sample.us2, Sample.r1])
    }

    @Test("With an empty ledger everything is started, cells first")
    func fresh() {
        let plan = StartPlan(wanted: wanted, ledger: [], killed: [:], now: 0)
        #expect(plan.spawn == [Sample.eu1, Sample.eu2, Sample.us1, Sample.us2, Sample.r1])
        #expect(plan.adopt.isEmpty && plan.end.isEmpty && plan.forget.isEmpty && plan.heldDown.isEmpty)
    }

    @Test("What runs is taken over, what is gone is forgotten and started")
    func adoption() {
        let ledger = [entry(Sample.eu1, 1), entry(Sample.eu2, 2, running: false), entry(Sample.r1, 3)]
        let plan = StartPlan(wanted: wanted, ledger: ledger, killed: [:], now: 0)
        #expect(plan.adopt.map(\.name) == [Sample.eu1, Sample.r1])
        #expect(plan.spawn == [Sample.eu2, Sample.us1, Sample.us2])
        #expect(plan.forget == [ledger[1].identity])
    }

    @Test("Killed on purpose stays down, and ends if it lives; until its lease is over")
    func killed() {
        let killed = [Sample.eu1: Int64.max, Sample.eu2: 100, Sample.us1: 99]
        let plan = StartPlan(wanted: wanted, ledger: [entry(Sample.eu1, 1)], killed: killed, now: 99)
        #expect(plan.heldDown == [.init(name: Sample.eu1, until: .max), .init(name: Sample.eu2, until: 100)])
        #expect(plan.end.map(\.name) == [Sample.eu1])
        #expect(plan.spawn == [Sample.us1, Sample.us2, Sample.r1])
    }

    @Test("Of two with one name the younger stays")
    func duplicates() {
        let ledger = [
            entry(Sample.eu1, 9, start: 20), entry(Sample.eu1, 8, start: 10), entry(Sample.eu1, 9, start: 20),
        ]
        let plan = StartPlan(wanted: wanted, ledger: ledger, killed: [:], now: 0)
        #expect(plan.adopt.map(\.identity.pid) == [9])
        #expect(plan.end.map(\.identity.pid) == [8])
    }

    @Test("A process that the topology does not have ends")
    func unwanted() {
        let stranger = ProcessName(.cell, "mars-1")
        let plan = StartPlan(wanted: wanted, ledger: [entry(stranger, 5)], killed: [:], now: 0)
        #expect(plan.end.map(\.name) == [stranger])
        #expect(plan.spawn.count == 5)
    }

    @Test("A cell and a router of one name are two processes")
    func roles() {
        let plan = StartPlan(
            wanted: wanted, ledger: [entry(ProcessName(.router, "eu-1"), 5)], killed: [:], now: 0)
        #expect(plan.spawn.contains(Sample.eu1) && plan.end.count == 1)
    }
}
