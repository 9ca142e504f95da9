import CLibUV
import Synchronization

/// The way into a loop from other threads: a bounded mailbox whose messages are handled on the loop's thread.
///
/// For cold paths: each message takes a lock, and a system call when the mailbox was empty. Use
/// `AsyncWakeup<@Sendable () -> Void>` to post closures.
package final class AsyncWakeup<Message: Sendable>: AsyncHandle {
    /// Posts from any thread, also after the mailbox has closed.
    package let sender: AsyncSender<Message>
    private var onMessage: ((Message) -> Void)?
    private var batch: [Message] = []

    /// - Parameters:
    ///   - capacity: messages that may wait.
    ///   - onMessage: called on the loop's thread, in the order of posting.
    package init(loop: EventLoop, capacity: Int = 1024, onMessage: @escaping (Message) -> Void) throws(UVError) {
        sender = AsyncSender(capacity: capacity)
        self.onMessage = onMessage
        try super.init(loop: loop)
        sender.open(handle)
    }

    override func wake() {
        sender.take(into: &batch)
        let messages = batch
        batch.removeAll(keepingCapacity: true)
        for message in messages where isOpen { onMessage?(message) }
    }

    override func willClose() { sender.close() }
    override func didClose() { onMessage = nil }
}

extension AsyncWakeup where Message == @Sendable () -> Void {
    /// A mailbox of closures, run in the order of posting.
    package convenience init(loop: EventLoop, capacity: Int = 1024) throws(UVError) {
        try self.init(loop: loop, capacity: capacity) { $0() }
    }
}

/// The posting side of an `AsyncWakeup`.
package final class AsyncSender<Message: Sendable>: Sendable {
    private struct Box {
        /// The address of libuv's handle, zero while there is none to wake.
        var handle: UInt = 0
        var waiting: [Message] = []
        var refused = 0
    }

    private let capacity: Int
    private let box = Mutex(Box())

    fileprivate init(capacity: Int) { self.capacity = max(capacity, 1) }

    /// Whether the message was taken: not when the mailbox is full or has closed. A message taken is dropped if the
    /// mailbox closes before its turn.
    @discardableResult
    package func send(_ message: Message) -> Bool {
        box.withLock { box in
            guard box.handle != 0, box.waiting.count < capacity else {
                box.refused += 1
                return false
            }
            box.waiting.append(message)
            // Under the lock, so that the handle cannot close in between.
            if box.waiting.count == 1 { uv_async_send(UnsafeMutablePointer<uv_async_t>(bitPattern: box.handle)) }
            return true
        }
    }

    /// Messages that were not taken.
    package var refused: Int { box.withLock { $0.refused } }

    fileprivate func open(_ handle: UnsafeMutablePointer<uv_async_t>) {
        let address = UInt(bitPattern: handle)
        box.withLock { $0.handle = address }
    }

    fileprivate func take(into batch: inout [Message]) {
        let messages = box.withLock { box in
            let messages = box.waiting
            box.waiting = []
            return messages
        }
        batch = messages
    }

    fileprivate func close() {
        // Freed outside the lock: a message's end of life may run code.
        let dropped = box.withLock { box in
            let waiting = box.waiting
            box.waiting = []
            box.handle = 0
            return waiting
        }
        _ = dropped
    }
}

/// The part of `AsyncWakeup` that C callbacks can name, since they cannot be generic.
package class AsyncHandle: LoopHandle {
    fileprivate init(loop: EventLoop) throws(UVError) {
        super.init(loop: loop, type: UV_ASYNC)
        let status = uv_async_init(loop.raw, handle) { handle in
            Unmanaged<AsyncHandle>.fromOpaque(handle!.pointee.data).takeUnretainedValue().wake()
        }
        try check(status, "create a mailbox")
        opened()
    }

    fileprivate var handle: UnsafeMutablePointer<uv_async_t> { pointer(as: uv_async_t.self) }

    func wake() {}
}
