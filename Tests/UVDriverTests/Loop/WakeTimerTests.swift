import CLibUV
import MeshBase
import Testing

@testable import UVDriver

@Suite("Wake timer")
struct WakeTimerTests {
    /// Turns until the timer has rung `times`; the safety net of the suite ends a test that never does.
    private func run(times: Int = 1, _ prepare: (EventLoop, WakeTimer) -> Void) throws -> (rings: [Instant], WakeTimer)
    {
        let loop = try EventLoop()
        var rings: [Instant] = []
        let timer = try WakeTimer(loop: loop) { rings.append($0) }
        prepare(loop, timer)
        for _ in 0..<1_000 where rings.count < times { loop.runOnce() }
        timer.close()
        #expect(loop.close() == [])
        return (rings, timer)
    }

    @Test("It rings once, not before its time, and is then unset")
    func once() throws {
        var deadline = Instant.zero
        let (rings, timer) = try run { loop, timer in
            deadline = loop.now() + .microseconds(300)
            timer.arm(at: deadline)
            #expect(timer.deadline == deadline)
        }
        #expect(rings.count == 1)
        #expect(rings[0] >= deadline)
        #expect(timer.deadline == nil)
    }

    @Test(
        "A time that has passed, and one before the clock began, ring in the next wait",
        arguments: [-1, 0, 1] as [Int64])
    func past(_ nanoseconds: Int64) throws {
        let (rings, _) = try run { _, timer in timer.arm(at: Instant(nanoseconds: nanoseconds)) }
        #expect(rings.count == 1)
    }

    @Test("Set earlier, it rings at the earlier time")
    func earlier() throws {
        var deadline = Instant.zero
        let (rings, timer) = try run { loop, timer in
            timer.arm(at: loop.now() + .hours(1))
            deadline = loop.now() + .milliseconds(1)
            timer.arm(at: deadline)
        }
        #expect(rings.count == 1 && rings[0] >= deadline)
        #expect(timer.settings == 2)
    }

    @Test("Set later, it lets the first alarm pass unreported")
    func later() throws {
        var deadline = Instant.zero
        let (rings, timer) = try run { loop, timer in
            timer.arm(at: loop.now() + .microseconds(100))
            for step in 1...1_000 {
                deadline = loop.now() + .microseconds(20_000 + Int64(step))
                timer.arm(at: deadline)
            }
        }
        #expect(rings.count == 1 && rings[0] >= deadline)
        #expect(timer.falseAlarms == 1)
        #expect(timer.settings == 2)
    }

    @Test("Unset, it does not ring")
    func disarmed() throws {
        let loop = try EventLoop()
        var rings = 0
        let timer = try WakeTimer(loop: loop) { _ in rings += 1 }
        timer.arm(at: loop.now() + .microseconds(50))
        timer.disarm()
        loop.runOnce()
        #expect(rings == 0)
        #expect(timer.falseAlarms == 1)
        timer.close()
        #expect(loop.close() == [])
    }

    @Test("It can be set again from its own callback")
    func chain() throws {
        let loop = try EventLoop()
        var rings: [Instant] = []
        var timer: WakeTimer?
        timer = try WakeTimer(loop: loop) { now in
            rings.append(now)
            if rings.count < 20 { timer?.arm(at: now + .microseconds(100)) } else { timer?.close() }
        }
        timer?.arm(at: loop.now())
        loop.run()
        #expect(rings.count == 20)
        #expect(zip(rings, rings.dropFirst()).allSatisfy { $1 - $0 >= .microseconds(100) })
        timer = nil
        #expect(loop.close() == [])
    }
}
