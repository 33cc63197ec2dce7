/* The declared part of the year in C, over the engine's own columns: how fast it could be.
 *
 * Each table is one block of doubles (or of whole numbers of eight bytes), a column after the other. LISTS_TOTAL and the
 * like, the places of columns and of parameters, come before this text (see floor.py). One function is one kernel of the
 * engine, with the same arithmetic in the same order and the same draws.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define F(table, column, row) (table[(column) * table##_rows + (row)])
#define I(table, column, row) (((int64_t *)table)[(column) * table##_rows + (row)])
#define U(table, column, row) (((uint64_t *)table)[(column) * table##_rows + (row)])
#define TABLE(name) double *restrict name, int64_t name##_rows
#define SERVED(state) ((state) == OPEN || (state) == CARETAKER)

static inline uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

static inline double uniform(uint64_t stream, uint64_t who) {
    return ((double)(mix(stream ^ mix(who + 0x9E3779B97F4A7C15ULL)) >> 11) + 0.5) * (1.0 / 9007199254740992.0);
}

static inline double least(double a, double b) { return a < b ? a : b; }
static inline double most(double a, double b) { return a > b ? a : b; }
static inline double exact_logistic(double x) { return 1.0 / (1.0 + exp(-x)); }

/* The logistic and the exponential read off pieces of parabolas, logarithms off a table, as in sim/rules/chances.py and
 * curves.py; `begin` fills these. */
#define PIECES (2 * REACH * STEPS)
static double level[PIECES], slope[PIECES], bend[PIECES], inverse[CELLS], logarithm[CELLS];
static double exp_level[PIECES], exp_slope[PIECES], exp_bend[PIECES];

static void fit(double (*curve)(double), double *a, double *b, double *c) {
    for (int k = 0; k < PIECES; k++) {
        double start = (double)k / STEPS - REACH, left = curve(start), right = curve(start + 1.0 / STEPS);
        c[k] = (left - 2.0 * curve(start + 0.5 / STEPS) + right) * 2.0 * STEPS * STEPS;
        double along = (right - left) * STEPS - c[k] / STEPS;
        a[k] = left - along * start + c[k] * start * start;
        b[k] = along - 2.0 * c[k] * start;
    }
}

void begin(void) {
    fit(exact_logistic, level, slope, bend);
    fit(exp, exp_level, exp_slope, exp_bend);
    for (int k = 0; k < CELLS; k++) {
        inverse[k] = (double)CELLS / (CELLS + k);
        logarithm[k] = log1p((double)k / CELLS);
    }
}

static inline double logistic(double x) {
    if (!(-REACH < x && x < REACH)) return exact_logistic(x);
    int64_t piece = (int64_t)((x + REACH) * STEPS);
    return level[piece] + (slope[piece] + bend[piece] * x) * x;
}

static inline double quick_exp(double x) {
    if (!(-REACH < x && x < REACH)) return exp(x);
    int64_t piece = (int64_t)((x + REACH) * STEPS);
    return exp_level[piece] + (exp_slope[piece] + exp_bend[piece] * x) * x;
}

static inline double quick_log(double x) {
    uint64_t bits, fraction;
    double part;
    memcpy(&bits, &x, sizeof bits);
    fraction = (bits & 0xFFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL;
    memcpy(&part, &fraction, sizeof part);
    int64_t cell = (bits >> 45) & (CELLS - 1);
    double rest = part * inverse[cell] - 1.0;
    return ((int64_t)(bits >> 52) - 1023) * 0.6931471805599453 + logarithm[cell] + rest * (1.0 - rest * (0.5 - rest / 3.0));
}

static inline double power(double x, double exponent) { return quick_exp(exponent * quick_log(x)); }

static inline double noise(double draw, double spread) { return (draw - 0.5) * 3.4641016151377544 * spread; }

static inline double peaked_noise(double draw, double spread, double skew, double rarest) {
    double losses = spread / sqrt(1.0 + skew * skew), gains = skew * losses, below = 1.0 / (1.0 + skew);
    double top = losses - gains;
    if (draw < below) return top + losses * quick_log(most(draw, rarest) / below);
    return top - gains * quick_log(most(1.0 - draw, rarest) / (1.0 - below));
}

static inline double age_weight(double a, double b, double c, double d) {
    return (3.81 * a + 1.893 * b + 4.556 * c + 6.117 * d) / 2.585;
}

static inline double weight_per_patient(TABLE(lists), int64_t i) {
    double a = F(lists, LISTS_AGE_0_4, i), b = F(lists, LISTS_AGE_5_64, i);
    double c = F(lists, LISTS_AGE_65_74, i), d = F(lists, LISTS_AGE_75, i), total = a + b + c + d;
    return total > 0.0 ? age_weight(a, b, c, d) / total : 1.0;
}

static inline void count(TABLE(lists), int64_t i) {
    F(lists, LISTS_TOTAL, i) = F(lists, LISTS_AGE_0_4, i) + F(lists, LISTS_AGE_5_64, i)
        + F(lists, LISTS_AGE_65_74, i) + F(lists, LISTS_AGE_75, i);
    F(lists, LISTS_WEIGHTED, i) = F(lists, LISTS_TOTAL, i) * F(lists, LISTS_NEED, i);
}

void age_and_move(TABLE(life), TABLE(lists), TABLE(place), TABLE(nation), const int64_t *neighbours, int64_t width,
                  const double *p, uint64_t shocks) {
    double *arriving = calloc(lists_rows, sizeof(double)), *before = calloc(lists_rows, sizeof(double));
    double born = 0.0, died = 0.0;
    for (int64_t i = 0; i < lists_rows; i++) {
        if (!SERVED(I(life, LIFE_STATE, i))) continue;
        before[i] = weight_per_patient(lists, lists_rows, i);
        double total = F(lists, LISTS_TOTAL, i);
        double spread = p[AGEING_SHOCK] * power(7000.0 / most(total, 100.0), p[AGEING_SPREAD_PER_LIST]);
        double shock = peaked_noise(uniform(shocks, U(place, PLACE_ID, i)), spread, p[AGEING_SKEW],
                                    p[AGEING_RAREST]);
        double growth = F(lists, LISTS_GROWTH, i);
        double moving = (p[AGEING_MIGRATION] + growth - p[AGEING_ENGLAND_GROWTH] + shock) * total;
        F(lists, LISTS_GROWTH, i) += p[AGEING_CALMING] * (p[AGEING_ENGLAND_GROWTH] - growth);
        double a = F(lists, LISTS_AGE_0_4, i), b = F(lists, LISTS_AGE_5_64, i);
        double c = F(lists, LISTS_AGE_65_74, i), d = F(lists, LISTS_AGE_75, i);
        double births = p[AGEING_BIRTHS] * b, up_5 = p[AGEING_LEAVE_0_4] * a, up_65 = p[AGEING_REACH_65] * b;
        double up_75 = p[AGEING_REACH_75] * c, died_b = p[AGEING_DEATHS_5_64] * b, died_c = p[AGEING_DEATHS_65_74] * c;
        double died_d = p[AGEING_DEATHS_75] * d;
        a += births - up_5;
        b += up_5 - up_65 - died_b;
        F(lists, LISTS_AGE_65_74, i) += up_65 - up_75 - died_c;
        F(lists, LISTS_AGE_75, i) += up_75 - died_d;
        born += births;
        died += died_b + died_c + died_d;
        if (moving < 0.0) {
            double young = a + b, share = young > 0.0 ? least(0.25, -moving / young) : 0.0;
            a -= share * a;
            b -= share * b;
            died += share * young;
        } else {
            int64_t taker = I(lists, LISTS_OPEN, i) == 1 ? i : -1;
            for (int64_t k = 0; taker < 0 && k < width; k++) {
                int64_t j = neighbours[i * width + k];
                if (j >= 0 && SERVED(I(life, LIFE_STATE, j)) && I(lists, LISTS_OPEN, j) == 1) taker = j;
            }
            if (taker >= 0) arriving[taker] += moving;
        }
        F(lists, LISTS_AGE_0_4, i) = a;
        F(lists, LISTS_AGE_5_64, i) = b;
    }
    for (int64_t i = 0; i < lists_rows; i++) {
        if (!SERVED(I(life, LIFE_STATE, i))) continue;
        F(lists, LISTS_AGE_0_4, i) += p[AGEING_UNDER_5_SHARE] * arriving[i];
        F(lists, LISTS_AGE_5_64, i) += (1.0 - p[AGEING_UNDER_5_SHARE]) * arriving[i];
        born += arriving[i];
        F(lists, LISTS_NEED, i) *= weight_per_patient(lists, lists_rows, i) / before[i];
        F(lists, LISTS_RECEIVED, i) *= 1.0 - p[AGEING_SETTLING];
        count(lists, lists_rows, i);
    }
    F(nation, NATION_BORN, 0) = born;
    F(nation, NATION_DIED, 0) = died;
    free(arriving);
    free(before);
}

void switch_practice(TABLE(life), TABLE(lists), TABLE(care), const int64_t *neighbours, int64_t width,
                     const double *left, const double *p) {
    double *pull = calloc(lists_rows, sizeof(double)), *share = calloc(lists_rows, sizeof(double));
    double *gained = calloc(4 * lists_rows, sizeof(double)), *weights = malloc(width * sizeof(double));
    for (int64_t i = 0; i < lists_rows; i++)
        if (SERVED(I(life, LIFE_STATE, i)) && I(lists, LISTS_OPEN, i) == 1)
            pull[i] = quick_exp(p[SWITCHING_PER_QUALITY] * F(care, CARE_QUALITY_TRUE, i)
                          + p[SWITCHING_PER_EXPERIENCE] * (F(care, CARE_EXPERIENCE, i) - 0.85))
                * power(most(F(lists, LISTS_TOTAL, i), 1.0) / 7000.0, p[SWITCHING_PER_LIST]);
    for (int64_t i = 0; i < lists_rows; i++) {
        if (!SERVED(I(life, LIFE_STATE, i))) continue;
        double total = 0.0;
        for (int64_t k = 0; k < width; k++) {
            int64_t j = neighbours[i * width + k];
            weights[k] = pull[j > 0 ? j : 0] * left[i * width + k];
            total += weights[k];
        }
        if (total <= 0.0) continue;
        share[i] = least(0.5, p[SWITCHING_RATE]
                         * quick_exp(p[SWITCHING_PER_DISSATISFIED] * (0.85 - F(care, CARE_EXPERIENCE, i))));
        for (int64_t k = 0; k < width; k++) {
            if (weights[k] <= 0.0) continue;
            double part = weights[k] / total * share[i], *to = gained + 4 * neighbours[i * width + k];
            to[0] += part * F(lists, LISTS_AGE_0_4, i);
            to[1] += part * F(lists, LISTS_AGE_5_64, i);
            to[2] += part * F(lists, LISTS_AGE_65_74, i);
            to[3] += part * F(lists, LISTS_AGE_75, i);
        }
    }
    for (int64_t i = 0; i < lists_rows; i++) {
        double *in = gained + 4 * i;
        F(lists, LISTS_SWITCHED_IN, i) = in[0] + in[1] + in[2] + in[3];
        F(lists, LISTS_SWITCHED_OUT, i) = share[i] * F(lists, LISTS_TOTAL, i);
        if (!SERVED(I(life, LIFE_STATE, i))) continue;
        F(lists, LISTS_AGE_0_4, i) += in[0] - share[i] * F(lists, LISTS_AGE_0_4, i);
        F(lists, LISTS_AGE_5_64, i) += in[1] - share[i] * F(lists, LISTS_AGE_5_64, i);
        F(lists, LISTS_AGE_65_74, i) += in[2] - share[i] * F(lists, LISTS_AGE_65_74, i);
        F(lists, LISTS_AGE_75, i) += in[3] - share[i] * F(lists, LISTS_AGE_75, i);
        count(lists, lists_rows, i);
    }
    free(pull);
    free(share);
    free(gained);
    free(weights);
}

void want(TABLE(life), TABLE(lists), TABLE(place), TABLE(care), double level, const double *p) {
    for (int64_t i = 0; i < lists_rows; i++) {
        if (!SERVED(I(life, LIFE_STATE, i))) {
            F(care, CARE_WANTED, i) = 0.0;
            continue;
        }
        double weighted = age_weight(F(lists, LISTS_AGE_0_4, i), F(lists, LISTS_AGE_5_64, i),
                                     F(lists, LISTS_AGE_65_74, i), F(lists, LISTS_AGE_75, i));
        double left_over = p[WANTING_CARRIED_OVER] * F(care, CARE_UNMET, i) * F(care, CARE_WANTED, i);
        double fresh = p[WANTING_PER_PERSON] * level * weighted
            * quick_exp(p[WANTING_PER_IMD] * (F(place, PLACE_IMD, i) - 21.8))
            * (1.0 + p[WANTING_PER_ACCESS] * (F(care, CARE_ACCESS, i) - 0.7));
        F(care, CARE_WANTED, i) = most(0.0, fresh) + left_over;
    }
}

static inline double relative_income(double drawings, double usual) {
    return usual > 0.0 ? 2.0 * logistic(2.0 * least(drawings / usual - 1.0, 20.0)) - 1.0 : 0.0;
}

/* Incomes against England's mean and against a salary's worth, and what practices add to leaving: push has three
 * columns, see `practice_push`. */
void press(TABLE(life), TABLE(place), TABLE(money), TABLE(staff), TABLE(care), double *worth, double *push,
           double salary, const double *p) {
    double pounds = 0.0, fte = 0.0;
    for (int64_t i = 0; i < life_rows; i++)
        if (I(life, LIFE_STATE, i) == OPEN) {
            pounds += F(money, MONEY_DRAWINGS_EACH, i) * F(staff, STAFF_PARTNER_FTE, i);
            fte += F(staff, STAFF_PARTNER_FTE, i);
        }
    double mean = fte > 0.0 ? pounds / fte : 0.0;
    for (int64_t i = 0; i < life_rows; i++) {
        double relative = 0.0, drawings = F(money, MONEY_DRAWINGS_EACH, i);
        worth[i] = 0.0;
        if (I(life, LIFE_STATE, i) == OPEN) {
            relative = relative_income(drawings, mean);
            worth[i] = relative_income(drawings, salary);
        }
        double load = F(care, CARE_WORKLOAD, i) > 0.0 ? F(care, CARE_WORKLOAD, i) : 1.0;
        push[3 * i] = push[3 * i + 1] = 0.0;
        push[3 * i + 2] = load;
        if (SERVED(I(life, LIFE_STATE, i))) {
            double shared = p[LEAVING_PER_WORKLOAD] * (load - 1.0)
                + p[LEAVING_DEPRIVATION] * (double)I(place, PLACE_FIFTH, i) / 4.0;
            double bound = F(staff, STAFF_PARTNERS, i) < 1.5 ? p[LEAVING_LAST_PARTNER] : 0.0;
            push[3 * i] = shared + p[LEAVING_PER_RELATIVE_INCOME] * relative + bound;
            push[3 * i + 1] = shared;
        }
    }
}

void age_and_leave(TABLE(doctors), TABLE(place), TABLE(staff), TABLE(ccgs), TABLE(regions), TABLE(nation),
                   const double *push, int8_t *fate, double *partners, const double *p, const double *q,
                   const double *d, const double *w, uint64_t leaving, uint64_t where, uint64_t intending,
                   uint64_t graduating) {
    double usual[121];
    for (int age = 0; age <= 120; age++) {
        double centre = q[INTENTION_BASE] + q[INTENTION_PER_YEAR_OVER_50] * most((double)age - 50.0, 0.0);
        double half = q[INTENTION_SPREAD] / 2.0;
        usual[age] = half < 0.005 ? logistic(centre)
            : log((1.0 + exp(centre + half)) / (1.0 + exp(centre - half))) / (2.0 * half);
    }
    memset(fate, VACANT, doctors_rows);
    for (int64_t i = 0; i < staff_rows; i++) partners[i] = F(staff, STAFF_LEFT, i) = F(staff, STAFF_JOINED, i) = 0.0;
    double out = 0.0;
    for (int64_t row = 0; row < doctors_rows; row++) {
        int64_t i = I(doctors, DOCTORS_PRACTICE, row);
        if (i < 0) continue;
        uint64_t who = U(doctors, DOCTORS_ID, row);
        int64_t role = I(doctors, DOCTORS_ROLE, row);
        double age = F(doctors, DOCTORS_AGE, row) += 1.0;
        fate[row] = STAYS;
        if (role == TRAINEE) {
            if (uniform(graduating, who) * w[WORKING_LIFE_TRAINEESHIP_YEARS] < 1.0) {
                fate[row] = QUALIFIES;
                out += 1.0;
                I(doctors, DOCTORS_PRACTICE, row) = -1;
            }
            continue;
        }
        double burnout = F(doctors, DOCTORS_BURNOUT, row);
        double unhappy = q[INTENTION_PER_BURNOUT] * (burnout - p[LEAVING_USUAL_BURNOUT])
            + q[INTENTION_PER_WORKLOAD] * (push[3 * i + 2] - 1.0);
        double wanted = logistic(q[INTENTION_BASE] + q[INTENTION_PER_YEAR_OVER_50] * most(age - 50.0, 0.0) + unhappy
                                 + q[INTENTION_SPREAD] * (uniform(intending, who) - 0.5));
        double intention = F(doctors, DOCTORS_INTENTION, row);
        intention += q[INTENTION_SPEED] * (wanted - intention);
        F(doctors, DOCTORS_INTENTION, row) = intention;
        int64_t years = age < 119.0 ? (int64_t)age : 119;
        double unusual = intention - (usual[years] + (age - (double)years) * (usual[years + 1] - usual[years]));
        double odds = p[LEAVING_BASE] + p[LEAVING_PER_YEAR_UNDER_40] * most(40.0 - age, 0.0)
            + p[LEAVING_PER_YEAR_52_TO_57] * least(most(age - 52.0, 0.0), 5.0)
            + p[LEAVING_PER_YEAR_OVER_57] * most(age - 57.0, 0.0)
            + (p[LEAVING_PER_BURNOUT] * (burnout - p[LEAVING_USUAL_BURNOUT]) + p[LEAVING_PER_INTENTION] * unusual)
            + push[3 * i + (role == PARTNER ? 0 : 1)];
        double draw = uniform(leaving, who);
        if (draw >= logistic(odds)) {
            partners[i] += role == PARTNER ? 1.0 : 0.0;
            continue;
        }
        int older = age >= d[DESTINATIONS_OLDER_AGE];
        double move = older ? 0.0 : d[DESTINATIONS_MOVE_SHARE];
        double pool = move + (older ? d[DESTINATIONS_OLDER_POOL_SHARE] : d[DESTINATIONS_POOL_SHARE]);
        double to = uniform(where, who);
        F(staff, STAFF_LEFT, i) += 1.0;
        out += 1.0;
        if (move <= to && to < pool)
            F(regions, REGIONS_POOL, I(ccgs, CCGS_REGION, I(place, PLACE_CCG, i))) += F(doctors, DOCTORS_FTE, row);
        I(doctors, DOCTORS_PRACTICE, row) = -1;
        fate[row] = to < move ? MOVES : VACANT;
        if (to >= move) U(doctors, DOCTORS_ID, row) = 0;
    }
    F(nation, NATION_DOCTORS_OUT, 0) = out;
}

void change_working_lives(TABLE(doctors), TABLE(contract), TABLE(staff), TABLE(care), TABLE(life),
                          const double *worth, double *partners, const double *w, double usual, uint64_t stream) {
    double *chances = calloc(2 * life_rows, sizeof(double)), *tally = calloc(8 * life_rows, sizeof(double));
    for (int64_t i = 0; i < life_rows; i++) {
        if (I(life, LIFE_STATE, i) != OPEN || I(contract, CONTRACT_KIND, i) == APMS) continue;
        double load = F(care, CARE_WORKLOAD, i) - 1.0, each = F(contract, CONTRACT_LIABILITY, i) / (partners[i] + 1.0);
        if (partners[i] > 1.5)
            chances[2 * i] = logistic(w[WORKING_LIFE_STEP_DOWN] + w[WORKING_LIFE_STEP_DOWN_PER_WORKLOAD] * load
                                      - w[WORKING_LIFE_STEP_DOWN_PER_INCOME] * worth[i]);
        chances[2 * i + 1] = logistic(w[WORKING_LIFE_PROMOTION]
                                      + (partners[i] < 0.5 ? w[WORKING_LIFE_PROMOTION_WITHOUT_PARTNER] : 0.0)
                                      + w[WORKING_LIFE_PROMOTION_PER_INCOME] * worth[i]
                                      - w[WORKING_LIFE_PROMOTION_PER_LIABILITY] * each / 1e5);
    }
    for (int64_t row = 0; row < doctors_rows; row++) {
        int64_t i = I(doctors, DOCTORS_PRACTICE, row), role = I(doctors, DOCTORS_ROLE, row);
        if (i < 0) continue;
        if (role == PARTNER || role == SALARIED) {
            double wanted = (role == PARTNER ? w[WORKING_LIFE_PARTNER_FTE] : w[WORKING_LIFE_SALARIED_FTE])
                - w[WORKING_LIFE_FTE_PER_BURNOUT] * (F(doctors, DOCTORS_BURNOUT, row) - usual);
            F(doctors, DOCTORS_FTE, row) += w[WORKING_LIFE_SPEED] * (wanted - F(doctors, DOCTORS_FTE, row));
            if (uniform(stream, U(doctors, DOCTORS_ID, row)) < chances[2 * i + role]
                && (role == SALARIED || partners[i] > 1.5)) {
                partners[i] += role == PARTNER ? -1.0 : 1.0;
                I(doctors, DOCTORS_ROLE, row) = role = role == PARTNER ? SALARIED : PARTNER;
            }
        }
        double *sum = tally + 8 * i;
        sum[role] += F(doctors, DOCTORS_FTE, row);
        if (role == PARTNER || role == SALARIED) {
            sum[4] += role == PARTNER ? 1.0 : 0.0;
            sum[5] += 1.0;
            sum[6] += F(doctors, DOCTORS_BURNOUT, row);
            sum[7] += F(doctors, DOCTORS_AGE, row);
        }
    }
    for (int64_t i = 0; i < life_rows; i++) {
        double *sum = tally + 8 * i;
        F(staff, STAFF_PARTNERS, i) = sum[4];
        F(staff, STAFF_DOCTORS, i) = sum[5];
        F(staff, STAFF_PARTNER_FTE, i) = sum[PARTNER];
        F(staff, STAFF_SALARIED_FTE, i) = sum[SALARIED];
        F(staff, STAFF_TRAINEE_FTE, i) = sum[TRAINEE];
        F(staff, STAFF_GP_FTE, i) = sum[PARTNER] + sum[SALARIED];
        F(staff, STAFF_BURNOUT, i) = sum[5] > 0.0 ? sum[6] / sum[5] : 0.0;
        F(staff, STAFF_MEAN_AGE, i) = sum[5] > 0.0 ? sum[7] / sum[5] : 0.0;
        if (!SERVED(I(life, LIFE_STATE, i))) F(staff, STAFF_LOCUM_FTE, i) = F(staff, STAFF_VACANT_FTE, i) = 0.0;
    }
    free(chances);
    free(tally);
}

static inline double given_share(double workload, const double *p) {
    return workload <= 0.0 ? 1.0 : pow(1.0 + pow(workload / p[APPOINTMENTS_STRETCH], p[APPOINTMENTS_SHARPNESS]),
                                     -1.0 / p[APPOINTMENTS_SHARPNESS]);
}

void serve(TABLE(life), TABLE(lists), TABLE(staff), TABLE(care), const double *known, const double *p,
           const double *c) {
    for (int64_t i = 0; i < life_rows; i++) {
        if (!SERVED(I(life, LIFE_STATE, i))) {
            F(care, CARE_APPOINTMENTS, i) = 0.0;
            continue;
        }
        double effort = F(care, CARE_EFFORT_REPORTING, i) + F(care, CARE_EFFORT_SCHEME, i);
        double hours = p[APPOINTMENTS_GP_HOURS]
            * (F(staff, STAFF_GP_FTE, i) + p[APPOINTMENTS_TRAINEE] * F(staff, STAFF_TRAINEE_FTE, i)
               + p[APPOINTMENTS_LOCUM] * F(staff, STAFF_LOCUM_FTE, i));
        hours = most(0.0, hours - p[APPOINTMENTS_CLINICAL_EFFORT] * effort);
        double capacity = hours * p[APPOINTMENTS_PER_HOUR] + p[APPOINTMENTS_NURSE] * F(staff, STAFF_NURSE_FTE, i)
            + p[APPOINTMENTS_DIRECT] * F(staff, STAFF_DIRECT_FTE, i);
        double workload = 5.0, share = 0.0;
        if (capacity > 0.0) {
            workload = F(care, CARE_WANTED, i) / capacity;
            double at = workload * STEPS_OF_WORKLOAD;
            int64_t step = (int64_t)at;
            share = workload < 5.0 ? known[step] + (at - step) * (known[step + 1] - known[step]) : given_share(workload, p);
        }
        double turnover = F(staff, STAFF_TURNOVER, i) - 0.1;
        F(care, CARE_WORKLOAD, i) = least(5.0, workload);
        F(care, CARE_APPOINTMENTS, i) = share * F(care, CARE_WANTED, i);
        F(care, CARE_UNMET, i) = 1.0 - share;
        F(care, CARE_ACCESS, i) = least(1.0, most(0.0, quick_exp(-p[APPOINTMENTS_ACCESS_LOSS] * (1.0 - share))
                                                  + p[APPOINTMENTS_ACCESS_PER_TURNOVER] * turnover));
        double doctors = F(staff, STAFF_DOCTORS, i), total = F(lists, LISTS_TOTAL, i);
        double part_time = doctors > 0.0 ? least(1.0, F(staff, STAFF_GP_FTE, i) / doctors) : 0.8;
        double received = total > 0.0 ? least(1.0, F(lists, LISTS_RECEIVED, i) / total) : 0.0;
        double target = c[CONTINUITY_USUAL] + c[CONTINUITY_PER_LOG_SIZE] * quick_log(most(total, 100.0) / 7000.0)
            + (c[CONTINUITY_PER_TURNOVER] * turnover + c[CONTINUITY_PER_PART_TIME] * (part_time - 0.8))
            + c[CONTINUITY_PER_RECEIVED] * received;
        F(care, CARE_CONTINUITY, i) += c[CONTINUITY_SPEED] * (least(1.0, most(0.0, target)) - F(care, CARE_CONTINUITY, i));
    }
}

void tire(TABLE(staff), TABLE(care), TABLE(doctors), TABLE(minds), const double *p, uint64_t shocks) {
    double *strains = calloc(staff_rows, sizeof(double)), *sums = calloc(2 * staff_rows, sizeof(double));
    for (int64_t i = 0; i < staff_rows; i++) {
        double posts = F(staff, STAFF_POSTS_FTE, i);
        double vacant = posts > 0.0 ? least(1.0, F(staff, STAFF_VACANT_FTE, i) / posts) : 0.0;
        strains[i] = logistic(quick_log(p[TIRING_USUAL] / (1.0 - p[TIRING_USUAL]))
                              + (p[TIRING_PER_WORKLOAD] * (F(care, CARE_WORKLOAD, i) - 1.2)
                                 + p[TIRING_PER_UNMET] * (F(care, CARE_UNMET, i) - 0.12))
                              + p[TIRING_PER_VACANCY] * vacant);
    }
    for (int64_t row = 0; row < doctors_rows; row++) {
        int64_t i = I(doctors, DOCTORS_PRACTICE, row), role = I(doctors, DOCTORS_ROLE, row);
        if (i < 0) continue;
        double target = strains[i] + p[TIRING_PER_THREAT] * (F(minds, MINDS_WORKLOAD_THREAT, row) - 0.5);
        double burnout = F(doctors, DOCTORS_BURNOUT, row);
        burnout += p[TIRING_SPEED] * (target - burnout) + noise(uniform(shocks, U(doctors, DOCTORS_ID, row)), p[TIRING_SHOCK]);
        F(doctors, DOCTORS_BURNOUT, row) = burnout = least(1.0, most(0.0, burnout));
        if (role == PARTNER || role == SALARIED) {
            sums[2 * i] += 1.0;
            sums[2 * i + 1] += burnout;
        }
    }
    for (int64_t i = 0; i < staff_rows; i++)
        F(staff, STAFF_BURNOUT, i) = sums[2 * i] > 0.0 ? sums[2 * i + 1] / sums[2 * i] : 0.0;
    free(strains);
    free(sums);
}
