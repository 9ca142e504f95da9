import CLibUV
import MeshBase
import Testing

@testable import UVDriver

extension EventLoop {
    /// Turns until `condition` holds. A test whose condition never does fails here, after a time long enough for any
    /// machine, in place of hanging.
    func turn(
        until condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var isLate = false
        let guardian = try LoopTimer.once(loop: self, after: .seconds(60)) { isLate = true }
        defer { guardian.close() }
        while !condition() && !isLate { runOnce() }
        if isLate { Issue.record("the event never came", sourceLocation: sourceLocation) }
    }
}

/// A thread of its own, for what must not run on the loop's.
final class TestThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private var thread = uv_thread_t()

    init(_ run: @escaping @Sendable () -> Void) {
        let argument = Unmanaged.passRetained(Body(run)).toOpaque()
        let status = uv_thread_create(
            &thread, { Unmanaged<Body>.fromOpaque($0!).takeRetainedValue().run() }, argument)
        precondition(status == 0)
    }

    func join() { uv_thread_join(&thread) }
}

/// Both ends of a pipe.
func makePipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    try check(uv_pipe(&ends, 0, 0), "create a pipe")
    return (ends[0], ends[1])
}

func write(_ text: String, to fd: Int32) {
    let bytes = Array(text.utf8)
    #expect(write(fd, bytes, bytes.count) == bytes.count)
}
