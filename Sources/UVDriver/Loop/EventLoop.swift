import CLibUV
import MeshBase

/// One libuv loop, confined to the thread that runs it.
///
/// Nothing here may be called from another thread; `AsyncWakeup` is the way in from outside. The loop owns the handles
/// opened on it (`LoopHandle`) until each has closed, and they own it: dropped with handles open, without `close()`, it
/// stays forever.
package final class EventLoop {
    /// libuv's loop, for handles made without `LoopHandle`.
    package let raw: UnsafeMutablePointer<uv_loop_t>

    /// Open handles and requests under way, by the address of their C memory. Being here keeps them alive.
    private var handles: [UnsafeMutableRawPointer: LoopHandle] = [:]
    private var requests: [UnsafeMutableRawPointer: LoopRequest] = [:]
    private let prepare: UnsafeMutablePointer<uv_prepare_t>
    private var hooks: [() -> Void] = []
    private var time = Instant.zero
    private var timeIsCurrent = false
    private var isRunning = false
    private var isClosed = false

    /// At most this many prepare hooks.
    package static let hookLimit = 16

    package init() throws(UVError) {
        let raw = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
        raw.initialize(to: uv_loop_t())
        let status = uv_loop_init(raw)
        if status < 0 {
            raw.deallocate()
            throw UVError(code: status, operation: "open an event loop")
        }
        self.raw = raw
        prepare = .allocate(capacity: 1)
        prepare.initialize(to: uv_prepare_t())

        // Neither of these can fail.
        uv_prepare_init(raw, prepare)
        prepare.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        uv_prepare_start(prepare) { handle in
            Unmanaged<EventLoop>.fromOpaque(handle!.pointee.data).takeUnretainedValue().endTurn()
        }
        // The loop ends when nothing else is left, although this handle stays.
        uv_unref(cuv_prepare_as_handle(prepare))
    }

    /// Only a loop without handles and requests gets here: they hold it until they are closed.
    deinit { close() }

    // MARK: Running

    /// Turns until `stop()`, or until no active handle and no request is left.
    package func run() { run(UV_RUN_DEFAULT) }

    /// One turn, waiting for an event if none is there. Returns whether something is left to wait for.
    @discardableResult
    package func runOnce() -> Bool { run(UV_RUN_ONCE) }

    /// One turn without waiting. Returns whether something is left to wait for.
    @discardableResult
    package func runPending() -> Bool { run(UV_RUN_NOWAIT) }

    /// Lets `run()` return at the end of this turn; from the loop's thread only.
    package func stop() { uv_stop(raw) }

    @discardableResult
    private func run(_ mode: uv_run_mode) -> Bool {
        precondition(!isRunning && !isClosed, "an event loop runs once at a time, and not after close()")
        isRunning = true
        defer { isRunning = false }
        timeIsCurrent = false
        return uv_run(raw, mode) != 0
    }

    /// Calls `hook` once per turn, before the loop waits for events: the place to write out what the turn produced and
    /// to set the wake timer. Hooks run in the order of registration and cannot be removed.
    package func beforeWaiting(_ hook: @escaping () -> Void) {
        precondition(hooks.count < EventLoop.hookLimit, "too many prepare hooks")
        hooks.append(hook)
    }

    private func endTurn() {
        for index in 0..<hooks.count { hooks[index]() }
        timeIsCurrent = false
    }

    // MARK: Time

    /// The monotonic clock, read once per turn: when the first to ask after the wait asked.
    package func now() -> Instant { timeIsCurrent ? time : refreshNow() }

    /// Reads the monotonic clock and makes this the time of the rest of the turn.
    @discardableResult
    package func refreshNow() -> Instant {
        time = freshNow()
        timeIsCurrent = true
        return time
    }

    /// The monotonic clock now; leaves the time of the turn as it is.
    package func freshNow() -> Instant { Instant(nanoseconds: cuv_clock_monotonic()) }

    /// How far a fault puts this process's wall clock ahead of the system's.
    package var wallAhead = TimeAmount.zero

    /// Nanoseconds since 1970 by this process's wall clock: the system's, which may jump, and what a fault adds.
    package func wallClock() -> Int64 { cuv_clock_realtime() &+ wallAhead.nanoseconds }

    /// What is to be added to `now()` for the wall clock, nanoseconds; changes as the wall clock is set.
    package func wallOffset() -> Int64 { wallClock() &- now().nanoseconds }

    // MARK: Handles and requests

    package var openHandles: Int { handles.count }
    package var pendingRequests: Int { requests.count }

    func add(_ handle: LoopHandle) { handles[handle.memory] = handle }
    func remove(_ handle: LoopHandle) { handles[handle.memory] = nil }
    func add(_ request: LoopRequest) { requests[request.memory] = request }
    func remove(_ request: LoopRequest) { requests[request.memory] = nil }

    // MARK: Closing

    /// Handles of one type that were still open when the loop closed.
    package struct Leftover: Hashable, Sendable {
        /// libuv's name of the type: `tcp`, `timer`.
        package let type: String
        package var count: Int
    }

    /// Closes what is still open, waits for close callbacks and for pool work that has begun, and frees the loop. Not
    /// while it runs. Handles made without `LoopHandle` are closed too, but their memory stays their maker's.
    ///
    /// - Returns: the handles that their owners had not closed, by type; empty in a program that tidies up.
    @discardableResult
    package func close() -> [Leftover] {
        precondition(!isRunning, "an event loop cannot be closed from its own callbacks")
        guard !isClosed else { return [] }
        let leftovers = self.leftovers()
        uv_close(cuv_prepare_as_handle(prepare), nil)
        for handle in Array(handles.values) { handle.close() }
        for request in Array(requests.values) { request.cancel() }
        uv_walk(raw, { handle, _ in if uv_is_closing(handle) == 0 { uv_close(handle, nil) } }, nil)
        repeat {
            // A close callback may open or stop something again: the next round sees to it.
            uv_run(raw, UV_RUN_DEFAULT)
            uv_walk(raw, { handle, _ in if uv_is_closing(handle) == 0 { uv_close(handle, nil) } }, nil)
        } while uv_loop_close(raw) == UV_EBUSY.rawValue
        isClosed = true
        hooks = []
        prepare.deallocate()
        raw.deallocate()
        return leftovers
    }

    /// The handles now open, by type; the loop's own is not counted.
    package func leftovers() -> [Leftover] {
        var found = Found(own: cuv_prepare_as_handle(prepare))
        withUnsafeMutablePointer(to: &found) { pointer in
            uv_walk(
                raw,
                { handle, argument in
                    let found = argument!.assumingMemoryBound(to: Found.self)
                    guard let handle, handle != found.pointee.own, uv_is_closing(handle) == 0 else { return }
                    let name = uv_handle_type_name(uv_handle_get_type(handle)).map { String(cString: $0) } ?? "unknown"
                    found.pointee.count(name)
                }, pointer)
        }
        return found.leftovers.sorted { $0.type < $1.type }
    }

    private struct Found {
        let own: UnsafeMutablePointer<uv_handle_t>
        var leftovers: [Leftover] = []

        mutating func count(_ name: String) {
            if let index = leftovers.firstIndex(where: { $0.type == name }) {
                leftovers[index].count += 1
            } else {
                leftovers.append(Leftover(type: name, count: 1))
            }
        }
    }
}
