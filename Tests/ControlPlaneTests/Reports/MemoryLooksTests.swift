import MeshBase
import Testing

@testable import ControlPlane
@testable import UVDriver

@Suite struct MemoryLooksTests {
    /// 5 ms each.
    private func list(_ looks: inout MemoryLooks, _ count: Int, now: inout Instant) -> [Int?] {
        let all = (0..<count).map { ProcessIdentity(pid: Int32($0 + 1), startTime: 1) }
        looks.begin(of: Set(all), now: now)
        var time = now
        let found = all.map { identity in
            looks.memory(
                of: identity, now: { time },
                look: { _ in
                    time += .milliseconds(5)
                    return ProcessUsage.Memory(resident: 2, proportional: 1)
                }, brief: { _ in ProcessUsage.Memory(resident: 2, proportional: nil) }
            )?.proportional
        }
        now = time
        return found
    }

    @Test func ofManySomeAreLookedAtEachTime() {
        var (looks, now) = (MemoryLooks(), Instant.zero)
        #expect(list(&looks, 100, now: &now).compactMap { $0 }.count == 40)
        #expect(list(&looks, 100, now: &now).compactMap { $0 }.count == 80)
        #expect(list(&looks, 100, now: &now).compactMap { $0 }.count == 100)
        let after = now
        #expect(list(&looks, 100, now: &now).compactMap { $0 }.count == 100 && now == after)
    }

    @Test func ofFewAllAre() {
        var (looks, now) = (MemoryLooks(), Instant.zero)
        #expect(list(&looks, 60, now: &now).compactMap { $0 }.count == 60)
        #expect(list(&looks, 60, now: &now).compactMap { $0 }.count == 60 && now == .zero + .milliseconds(600))
    }
}
