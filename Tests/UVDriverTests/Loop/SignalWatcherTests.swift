import CLibUV
import Testing

@testable import UVDriver

@Suite("Signal watcher", .timeLimit(.minutes(2)))
struct SignalWatcherTests {
    @Test("A signal to this process arrives as an event, each time")
    func delivery() throws {
        let loop = try EventLoop()
        var count = 0
        let watcher = try SignalWatcher(loop: loop, signal: SIGUSR1) { count += 1 }
        for expected in 1...3 {
            #expect(kill(getpid(), SIGUSR1) == 0)
            try loop.turn(until: { count == expected })
        }
        watcher.close()
        #expect(loop.close() == [])
    }

    @Test("A signal that cannot be watched is refused")
    func refused() throws {
        let loop = try EventLoop()
        let error = #expect(throws: UVError.self) { try SignalWatcher(loop: loop, signal: SIGKILL) {} }
        #expect(error?.name == "EINVAL")
        #expect(loop.close() == [])
    }
}
