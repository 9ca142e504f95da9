import CLibUV
import Synchronization
import Testing

@testable import UVDriver

@Suite("Async wakeup", .timeLimit(.minutes(2)))
struct AsyncWakeupTests {
    @Test("Messages of several threads all arrive on the loop's thread, in each thread's order")
    func threads() throws {
        let loop = try EventLoop()
        let perThread = 2_000
        var seen: [[Int]] = Array(repeating: [], count: 4)
        var count = 0
        let mailbox = try AsyncWakeup<(Int, Int)>(loop: loop, capacity: 64) { message in
            seen[message.0].append(message.1)
            count += 1
        }
        let sender = mailbox.sender
        let threads = (0..<4).map { thread in
            TestThread {
                for number in 0..<perThread {
                    while !sender.send((thread, number)) { sched_yield() }
                }
            }
        }
        try loop.turn(until: { count == 4 * perThread })
        for thread in threads { thread.join() }
        #expect(seen.allSatisfy { $0 == Array(0..<perThread) })
        mailbox.close()
        #expect(loop.close() == [])
    }

    @Test("A full mailbox turns messages away and counts them; a closed one too")
    func bounds() throws {
        let loop = try EventLoop()
        var seen: [Int] = []
        let mailbox = try AsyncWakeup<Int>(loop: loop, capacity: 3) { seen.append($0) }
        let taken = (0..<5).map { mailbox.sender.send($0) }
        #expect(taken == [true, true, true, false, false])
        try loop.turn(until: { seen.count == 3 })
        #expect(seen == [0, 1, 2])
        #expect(mailbox.sender.send(5))
        mailbox.close()
        #expect(!mailbox.sender.send(6))
        #expect(mailbox.sender.refused == 3)
        #expect(loop.close() == [])
        #expect(!mailbox.sender.send(7))
        #expect(seen == [0, 1, 2])
    }

    @Test("Closures run in order, and one that closes the mailbox is the last")
    func closures() throws {
        let loop = try EventLoop()
        let trace = Mutex<[Int]>([])
        var isDone = false
        let mailbox = try AsyncWakeup(loop: loop)
        #expect(mailbox.sender.send { trace.withLock { $0.append(1) } })
        #expect(mailbox.sender.send { trace.withLock { $0.append(2) } })
        try loop.turn(until: { trace.withLock { $0.count } == 2 })
        #expect(trace.withLock { $0 } == [1, 2])
        mailbox.close { isDone = true }
        loop.run()
        #expect(isDone)
        #expect(loop.close() == [])
    }
}
