import MeshBase

extension CustomerHash {
    /// The hash of customer `cN`, as `CustomerHash(Customers.name(number))` gives it, without making the string.
    public init(number: Int) {
        self = withUnsafeTemporaryAllocation(byteCount: 24, alignment: 1) { buffer in
            var position = 24
            var rest = number.magnitude
            repeat {
                position -= 1
                buffer[position] = UInt8(48 + rest % 10)
                rest /= 10
            } while rest > 0
            if number < 0 {
                position -= 1
                buffer[position] = 45
            }
            position -= 1
            buffer[position] = 99
            return CustomerHash(UnsafeRawBufferPointer(rebasing: buffer[position..<24]))
        }
    }
}
