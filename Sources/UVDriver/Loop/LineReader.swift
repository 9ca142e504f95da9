import CLibUV

/// Reads lines from the near end of a pipe: how a child reports that it is ready.
package final class LineReader: LoopHandle {
    package enum End: Hashable, Sendable {
        /// The other end closed.
        case ended
        case failed(UVError)
    }

    /// Bytes in the longest line that is reported.
    package let lineLimit: Int
    /// Lines that were longer, and so skipped.
    package private(set) var skipped = 0

    /// Bytes have come; told before the lines in them are.
    package var onBytes: ((Int) -> Void)?
    private var onLine: ((String) -> Void)?
    private var onEnd: ((End) -> Void)?
    private let buffer: UnsafeMutableRawPointer
    private var filled = 0
    private var isSkipping = false

    /// - Parameters:
    ///   - onLine: a line without its newline; what is not UTF-8 is replaced. The last may end without a newline.
    ///   - onEnd: nothing more will come; the reader then closes itself.
    package init(
        loop: EventLoop, lineLimit: Int = 4096, onLine: @escaping (String) -> Void,
        onEnd: @escaping (End) -> Void = { _ in }
    ) throws(UVError) {
        self.lineLimit = max(lineLimit, 1)
        self.onLine = onLine
        self.onEnd = onEnd
        // One more for the newline.
        buffer = .allocate(byteCount: self.lineLimit + 1, alignment: 1)
        super.init(loop: loop, type: UV_NAMED_PIPE)
        try check(uv_pipe_init(loop.raw, pipe, 0), "create a pipe")
        opened()
    }

    deinit { buffer.deallocate() }

    override func didClose() {
        onLine = nil
        onEnd = nil
        onBytes = nil
    }

    private var pipe: UnsafeMutablePointer<uv_pipe_t> { pointer(as: uv_pipe_t.self) }

    /// For `uv_spawn`, which connects it.
    var stream: UnsafeMutablePointer<uv_stream_t> { cuv_pipe_as_stream(pipe) }

    /// Takes a descriptor, which the reader then closes.
    package func open(fd: Int32) throws(UVError) {
        try check(uv_pipe_open(pipe, fd), "read descriptor \(fd)")
    }

    /// Begins to report lines, once connected.
    package func start() throws(UVError) {
        let status = uv_read_start(
            stream,
            { handle, _, buffer in
                let reader = Unmanaged<LineReader>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
                buffer!.pointee = cuv_buf(reader.buffer + reader.filled, reader.lineLimit + 1 - reader.filled)
            },
            { stream, count, _ in
                Unmanaged<LineReader>.fromOpaque(stream!.pointee.data).takeUnretainedValue().received(count)
            })
        try check(status, "read a pipe")
    }

    /// Reads nothing until `start` is called again: whoever writes waits once the pipe is full.
    package func pause() { if isOpen { uv_read_stop(stream) } }

    private func received(_ count: Int) {
        if count < 0 {
            if filled > 0 && !isSkipping { report(0..<filled) }
            guard isOpen else { return }
            close()
            let hasEnded = count == Int(UV_EOF.rawValue)
            onEnd?(hasEnded ? .ended : .failed(UVError(code: Int32(clamping: count), operation: "read a pipe")))
            return
        }
        onBytes?(count)
        guard isOpen else { return }
        var lineStart = 0
        for index in filled..<filled + count
        where buffer.load(fromByteOffset: index, as: UInt8.self) == UInt8(ascii: "\n") {
            if isSkipping { isSkipping = false } else { report(lineStart..<index) }
            // The owner may have closed the reader on a line.
            guard isOpen else { return }
            lineStart = index + 1
        }
        filled += count - lineStart
        if isSkipping {
            filled = 0
        } else if filled > lineLimit {
            skipped += 1
            isSkipping = true
            filled = 0
        } else if lineStart > 0 && filled > 0 {
            buffer.copyMemory(from: buffer + lineStart, byteCount: filled)
        }
    }

    private func report(_ range: Range<Int>) {
        onLine?(
            String(
                decoding: UnsafeRawBufferPointer(start: buffer + range.lowerBound, count: range.count), as: UTF8.self))
    }
}
