/// An array whose elements are read where they lie.
///
/// `Array` gives out a copy of the whole element and counts the references in it, which for a large one costs more than what is
/// asked of it; here whoever asks for a member copies that alone.
public struct InPlaceArray<Element> {
    @usableFromInline var elements: [Element]

    @inlinable public init(_ elements: [Element] = []) { self.elements = elements }

    @inlinable public mutating func append(_ element: Element) { elements.append(element) }
}

extension InPlaceArray: Sendable where Element: Sendable {}

extension InPlaceArray: RandomAccessCollection, MutableCollection {
    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { elements.count }

    /// A position out of bounds is a programming error, as in an array.
    @inlinable public subscript(position: Int) -> Element {
        @inline(__always) unsafeAddress {
            precondition(position >= 0 && position < elements.count, "no such element")
            return elements.withUnsafeBufferPointer { UnsafePointer($0.baseAddress! + position) }
        }
        @inline(__always) _modify { yield &elements[position] }
    }
}
