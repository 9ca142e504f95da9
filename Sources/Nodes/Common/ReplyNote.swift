import MeshBase
import Resilience

/// The note of a service's reply: what stood in for calls that failed, as `X-Degraded` has it; of a failed reply also
/// which policy said no and at which gate, on a line of their own, and behind that what the gate makes room for. A limit
/// that stands at no gate is named alone.
///
///     shipping=static, inventory=empty
///     breaker us-east-1/checkout/payment ledger
///
///     deadline
package struct ReplyNote {
    /// `NAME=how, ...`; empty where everything was as it should be.
    package let degraded: UnsafeRawBufferPointer
    /// Who said no; nil where it is not known.
    package let policy: PolicyName?
    /// `NODE/FROM/TO`; empty where it is not known.
    package let gate: UnsafeRawBufferPointer
    /// The service that is cut off further on, for which the gate holds a part of the calls back; empty where none is.
    package let cause: UnsafeRawBufferPointer

    /// Reads the note of a reply.
    package init(_ note: UnsafeRawBufferPointer) {
        guard let end = note.firstIndex(of: UInt8(ascii: "\n")) else {
            let none = UnsafeRawBufferPointer(rebasing: note[note.endIndex...])
            (degraded, policy, gate, cause) = (note, nil, none, none)
            return
        }
        degraded = UnsafeRawBufferPointer(rebasing: note[..<end])
        let line = note[(end + 1)...]
        let space = line.firstIndex(of: UInt8(ascii: " ")) ?? line.endIndex
        policy = PolicyName(named: UnsafeRawBufferPointer(rebasing: line[..<space]))
        let rest = line[min(space + 1, line.endIndex)...]
        let gateEnd = rest.firstIndex(of: UInt8(ascii: " ")) ?? rest.endIndex
        gate = UnsafeRawBufferPointer(rebasing: rest[..<gateEnd])
        cause = UnsafeRawBufferPointer(rebasing: rest[min(gateEnd + 1, rest.endIndex)...])
    }

    /// Appends the line of a policy that stands at no gate behind what is degraded.
    static func append(_ policy: PolicyName, into output: inout ByteBuffer) {
        output.append("\n")
        output.append(policy.name)
    }

    /// Appends the line behind what is degraded.
    ///
    /// - Parameters: the names of the node, the caller, the callee and what the gate makes room for, if anything.
    static func append(
        _ policy: PolicyName, _ node: String, _ from: String, _ to: String, cause: String? = nil,
        into output: inout ByteBuffer
    ) {
        append(policy, into: &output)
        output.append(" ")
        output.append(node)
        output.append("/")
        output.append(from)
        output.append("/")
        output.append(to)
        guard let cause else { return }
        output.append(" ")
        output.append(cause)
    }
}

extension PolicyName {
    /// By its id in problems; nil for any other.
    package init?(named name: UnsafeRawBufferPointer) {
        guard
            let known = Self.allCases.first(where: { policy in
                policy.name.withUTF8Buffer { $0.count == name.count && $0.elementsEqual(name) }
            })
        else { return nil }
        self = known
    }
}
