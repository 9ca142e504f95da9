import MeshBase
import Testing

@testable import UVDriver

@Suite("Loop timer", .timeLimit(.minutes(2)))
struct LoopTimerTests {
    @Test("Timers fire in the order of their times, each once, none early")
    func order() throws {
        let loop = try EventLoop()
        var fired: [Int64] = []
        for delay in [9, 1, 5, 0, 3] as [Int64] {
            let start = loop.freshNow()
            try LoopTimer.once(loop: loop, after: .milliseconds(delay)) {
                fired.append(delay)
                #expect(loop.freshNow() - start >= .milliseconds(delay))
            }
        }
        loop.run()
        #expect(fired == [0, 1, 3, 5, 9])
        #expect(loop.openHandles == 0)
        #expect(loop.close() == [])
    }

    @Test("A repeating timer repeats until it is stopped, and can start again")
    func repeating() throws {
        let loop = try EventLoop()
        var count = 0
        var timer: LoopTimer?
        timer = try LoopTimer(loop: loop) {
            count += 1
            if count % 3 == 0 { timer?.stop() }
        }
        timer?.start(after: .zero, every: .milliseconds(1))
        loop.run()
        #expect(count == 3 && timer?.isActive == false)
        timer?.start(after: .milliseconds(1), every: .milliseconds(1))
        #expect(timer?.isActive == true)
        loop.run()
        #expect(count == 6)
        timer?.close()
        timer = nil
        #expect(loop.close() == [])
    }

    @Test("A timer closed before its time does not fire")
    func closed() throws {
        let loop = try EventLoop()
        let timer = try LoopTimer.once(loop: loop, after: .milliseconds(1)) { Issue.record("fired") }
        var hasClosed = false
        timer.close { hasClosed = true }
        timer.close { Issue.record("closed twice") }
        timer.start(after: .zero)
        loop.run()
        #expect(hasClosed)
        #expect(loop.close() == [])
    }

    @Test("A timer that must not keep the loop running does not")
    func unreferenced() throws {
        let loop = try EventLoop()
        let timer = try LoopTimer(loop: loop) { Issue.record("fired") }
        timer.start(after: .hours(1))
        timer.keepsLoopRunning = false
        #expect(!timer.keepsLoopRunning)
        loop.run()
        timer.close()
        #expect(loop.close() == [])
    }
}
