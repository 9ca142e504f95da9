import CLibUV
import Synchronization
import Testing

@testable import UVDriver

@Suite("Work pool", .timeLimit(.minutes(2)))
struct WorkPoolTests {
    @Test("Work runs on another thread and its result comes back to the loop's")
    func results() throws {
        let loop = try EventLoop()
        let pool = WorkPool(loop: loop)
        let here = UInt(uv_thread_self())
        var results: [Int: Int] = [:]
        for number in 0..<100 {
            pool.submit {
                UInt(uv_thread_self()) == here ? -1 : number * number
            } completion: { result in
                #expect(UInt(uv_thread_self()) == here)
                results[number] = result.value
            }
        }
        #expect(pool.underWay == 100 && loop.pendingRequests == 100)
        loop.run()
        #expect(results == Dictionary(uniqueKeysWithValues: (0..<100).map { ($0, $0 * $0) }))
        #expect(pool.underWay == 0 && loop.pendingRequests == 0)
        #expect(loop.close() == [])
    }

    @Test("More than the limit is turned away, and taken again once some is done")
    func limit() throws {
        let loop = try EventLoop()
        let pool = WorkPool(loop: loop, limit: 2)
        var done = 0
        #expect(
            pool.submit {
                1
            } completion: { _ in
                done += 1
            } != nil)
        #expect(
            pool.submit {
                1
            } completion: { _ in
                done += 1
            } != nil)
        #expect(
            pool.submit {
                1
            } completion: { _ in
                done += 1
            } == nil)
        #expect(pool.refused == 1)
        loop.run()
        #expect(done == 2)
        #expect(
            pool.submit {
                1
            } completion: { _ in
                done += 1
            } != nil)
        #expect(loop.close() == [])
        #expect(done == 3)
    }

    @Test("Work that no thread has begun can be cancelled, other work not")
    func cancelling() throws {
        final class Gate: Sendable {
            let isOpen = Atomic(false)
            func wait() { while !isOpen.load(ordering: .acquiring) { sched_yield() } }
        }
        let gate = Gate()
        let loop = try EventLoop()
        let pool = WorkPool(loop: loop)
        var results: [PoolResult<Int>?] = Array(repeating: nil, count: 40)
        let works = (0..<40).map { number in
            pool.submit {
                gate.wait()
                return number
            } completion: {
                results[number] = $0
            }
        }
        // The pool's threads are busy with the first ones, or with other tests.
        #expect(works[39]?.cancel() == true)
        gate.isOpen.store(true, ordering: .releasing)
        loop.run()
        #expect(works[0]?.cancel() == false)
        #expect(results[39] == .cancelled)
        #expect(results[..<39].enumerated().allSatisfy { $1 == .finished($0) })
        #expect(loop.close() == [])
    }

    @Test("Closing the loop completes what is under way, as done or cancelled")
    func closing() throws {
        let loop = try EventLoop()
        let pool = WorkPool(loop: loop)
        var completions = 0
        for _ in 0..<50 {
            pool.submit {
                0
            } completion: { _ in
                completions += 1
            }
        }
        #expect(loop.close() == [])
        #expect(completions == 50)
    }
}
