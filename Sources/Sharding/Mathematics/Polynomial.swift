/// A polynomial of bounded degree; higher terms are dropped.
struct Polynomial {
    private(set) var terms: [Double]

    /// The constant 1.
    init(degree: Int) {
        terms = Array(repeating: 0, count: degree + 1)
        terms[0] = 1
    }

    subscript(degree: Int) -> Double { terms[degree] }

    /// Multiplies by (a + b z) to the power of n.
    mutating func multiply(byPowerOf factor: (Double, Double), _ n: Int) {
        guard n > 0 else { return }
        let (a, b) = factor
        if n == 1 {
            for degree in terms.indices.reversed() {
                terms[degree] = terms[degree] * a + (degree > 0 ? terms[degree - 1] * b : 0)
            }
            return
        }
        // Binomial coefficients of degree up to 16 times powers; powers by repeated multiplication downwards.
        var powers = Array(repeating: 0.0, count: terms.count)
        let most = min(n, terms.count - 1)
        var power = integerPower(a, n - most)
        for m in stride(from: most, through: 0, by: -1) {
            powers[m] = power
            power *= a
        }
        var binomial = 1.0
        var bs = 1.0
        for m in 0...most {
            powers[m] *= binomial * bs
            binomial *= Double(n - m) / Double(m + 1)
            bs *= b
        }
        var product = Array(repeating: 0.0, count: terms.count)
        for i in terms.indices where terms[i] != 0 {
            for j in 0..<(terms.count - i) { product[i + j] += terms[i] * powers[j] }
        }
        terms = product
    }

    /// One coefficient of the product of two polynomials.
    func coefficient(_ degree: Int, ofProductWith other: Polynomial) -> Double {
        (0...degree).reduce(0) { $0 + terms[$1] * other.terms[degree - $1] }
    }

    private func integerPower(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var square = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
