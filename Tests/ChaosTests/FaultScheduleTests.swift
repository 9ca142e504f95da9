import Foundation
import Testing

@testable import Chaos

@Suite struct FaultScheduleTests {
    private func fault(_ id: String, expires: Int64) -> Fault {
        Mesh.fault(.blackhole, "cell/e1", id: id, expires: expires)
    }

    @Test func leasesEndInTheirOrderAndOnlyOnce() throws {
        var schedule = FaultSchedule()
        try schedule.add(fault("a", expires: 300))
        try schedule.add(fault("b", expires: 100))
        try schedule.add(fault("c", expires: 300))
        try schedule.add(fault("d", expires: 200))
        #expect(schedule.faults.map(\.id) == ["b", "d", "a", "c"])
        #expect(schedule.nextExpiry(at: .wall(0)) == .nanoseconds(100))
        #expect(schedule.expire(now: .wall(99)).isEmpty)
        #expect(schedule.active(at: .wall(200)).map(\.id) == ["a", "c"])
        #expect(schedule.expire(now: .wall(250)).map(\.id) == ["b", "d"])
        #expect(schedule.expire(now: .wall(250)).isEmpty)
        #expect(schedule.expire(now: .wall(1_000)).map(\.id) == ["a", "c"])
        #expect(schedule.nextExpiry(at: .wall(0)) == nil)
    }

    @Test func anIdIsTakenOnce() throws {
        var schedule = FaultSchedule()
        try schedule.add(fault("a", expires: 300))
        #expect(throws: FaultSchedule.Refusal.taken) { try schedule.add(fault("a", expires: 900)) }
        #expect(schedule.remove("a")?.expires == 300)
        #expect(schedule.remove("a") == nil)
    }

    @Test func thereIsABound() throws {
        var schedule = FaultSchedule((0..<1_000).map { fault("f\($0)", expires: 1_000 + Int64($0)) })
        #expect(schedule.faults.count == FaultSchedule.most)
        #expect(throws: FaultSchedule.Refusal.full) { try schedule.add(fault("x", expires: 1)) }
        #expect(schedule.removeAll().count == FaultSchedule.most)
        #expect(schedule.faults.isEmpty)
    }

    @Test func aSheetSurvivesItsFile() throws {
        let sheet = FaultSheet(
            revision: 4,
            faults: [
                Mesh.fault(.partition, "region/east", ["zone/west/a", "control"], oneWay: true),
                Mesh.fault(.latency, "router/r1", delay: Delay(base: .milliseconds(3), distribution: .normal)),
            ], addresses: ["e1": "127.0.0.1:1"])
        let data = try JSONEncoder().encode(sheet)
        #expect(try JSONDecoder().decode(FaultSheet.self, from: data) == sheet)
        let damaged = String(decoding: data, as: UTF8.self).replacingOccurrences(of: "region\\/east", with: "east")
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(FaultSheet.self, from: Data(damaged.utf8))
        }
    }
}
