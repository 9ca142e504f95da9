import MeshBase
import Wire

/// A sink whose links take bytes, as both drivers' do: the frames that it sends are written here.
package protocol LinkWriter {
    /// Has something appended to what the link to a cell has to send.
    /// - Returns: false when the link is gone or full: nothing was appended.
    mutating func write(to cell: CellIndex, _ append: (inout ByteBuffer) -> Void) -> Bool
}

extension LinkWriter {
    package mutating func ping(_ head: FrameHead, to cell: CellIndex) -> Bool {
        write(to: cell) { FrameCodec.append(head, into: &$0) }
    }

    package mutating func send(_ head: FrameHead, to cell: CellIndex, body: UnsafeRawBufferPointer) -> Bool {
        send(head, to: cell, customer: .empty, name: .empty, note: .empty, body: body)
    }

    package mutating func send(
        _ head: FrameHead, to cell: CellIndex, customer: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer,
        note: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
    ) -> Bool {
        write(to: cell) {
            FrameCodec.append(head, customer: customer, name: name, note: note, body: body, into: &$0)
        }
    }
}
