import CLibUV
import MeshBase
import Testing

@testable import UVDriver

@Suite("Descriptors")
struct DescriptorLeakTests {
    private func openDescriptors() throws -> Int {
        let directory = try #require(opendir("/proc/self/fd"))
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        return count
    }

    @Test("Loops with every kind of handle give all their descriptors back")
    func leaks() throws {
        // Other tests open descriptors at the same time; a leak of one a round stands out all the same.
        let rounds = 400
        let before = try openDescriptors()
        for _ in 0..<rounds {
            let loop = try EventLoop()
            let timer = try WakeTimer(loop: loop) { _ in }
            timer.arm(at: loop.now())
            _ = try UDPSocket(loop: loop, bind: .loopback(0)) { _, _ in }
            _ = try AsyncWakeup(loop: loop)
            _ = try SignalWatcher(loop: loop, signal: SIGWINCH) {}
            let ends = try makePipe()
            let reader = try LineReader(loop: loop) { _ in }
            try reader.open(fd: ends.reading)
            try reader.start()
            close(ends.writing)
            _ = try PidWatcher(loop: loop, .current) {}
            loop.runPending()
            loop.close()
        }
        let after = try openDescriptors()
        #expect(after - before < rounds / 2)
    }
}
