import CLibUV

/// Runs blocking work on libuv's threads, with a bound on what waits there.
///
/// libuv has one pool per process (four threads unless `UV_THREADPOOL_SIZE` says otherwise); each `WorkPool` bounds one
/// loop's or one concern's share of it.
package final class WorkPool {
    package let loop: EventLoop
    package let limit: Int
    /// Submitted and not yet completed.
    package private(set) var underWay = 0
    /// Turned away because `limit` were under way.
    package private(set) var refused = 0

    package init(loop: EventLoop, limit: Int = 1024) {
        self.loop = loop
        self.limit = limit
    }

    /// Runs `work` on another thread, then `completion` on the loop's.
    ///
    /// - Returns: the work, which can be cancelled until a thread has begun on it; nil if too much is under way, and
    ///   `completion` will not be called.
    @discardableResult
    package func submit<Value: Sendable>(
        _ work: @escaping @Sendable () -> Value, completion: @escaping (PoolResult<Value>) -> Void
    ) -> PoolWork? {
        guard underWay < limit else {
            refused += 1
            return nil
        }
        underWay += 1
        let job = PoolJob(loop: loop, work: work) { [self] result in
            underWay -= 1
            completion(result)
        }
        job.start()
        return job
    }
}

/// How work on the pool ended.
package enum PoolResult<Value: Sendable>: Sendable {
    case finished(Value)
    /// It was cancelled before a thread had begun on it.
    case cancelled

    package var value: Value? {
        if case .finished(let value) = self { value } else { nil }
    }
}

extension PoolResult: Equatable where Value: Equatable {}

/// Work submitted to a `WorkPool`.
package class PoolWork: LoopRequest {
    fileprivate init(loop: EventLoop) { super.init(loop: loop, type: UV_WORK) }

    fileprivate final func start() {
        let status = uv_queue_work(
            loop.raw, pointer(as: uv_work_t.self),
            { request in
                // The pool's thread; until the next callback it is alone with the object.
                Unmanaged<PoolWork>.fromOpaque(request!.pointee.data).takeUnretainedValue().perform()
            },
            { request, status in
                let work = Unmanaged<PoolWork>.fromOpaque(request!.pointee.data).takeUnretainedValue()
                work.ended()
                work.complete()
            })
        precondition(status == 0, "libuv refused work although it was given some")
        began()
    }

    fileprivate func perform() {}
    fileprivate func complete() {}
}

private final class PoolJob<Value: Sendable>: PoolWork {
    private var work: (@Sendable () -> Value)?
    private var completion: ((PoolResult<Value>) -> Void)?
    private var value: Value?

    init(loop: EventLoop, work: @escaping @Sendable () -> Value, completion: @escaping (PoolResult<Value>) -> Void) {
        self.work = work
        self.completion = completion
        super.init(loop: loop)
    }

    override func perform() { value = work?() }

    override func complete() {
        let completion = completion
        self.completion = nil
        work = nil
        if let value { completion?(.finished(value)) } else { completion?(.cancelled) }
    }
}
