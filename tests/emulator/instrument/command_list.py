"""The names of the guide's command list, by what is installed, written down apart from the emulator's table."""

BASE = """
Echo; System Version; Type; Serial Number; Clock; Language; Index Number; Key Lock; Backlight; Backlight Auto Off; LCD;
LCD Auto Off; Backlight Brightness; Battery Type; Battery Level; SD Card Total Size; SD Card Free Size;
SD Card Percentage; Output Level Range Upper; Output Level Range Lower; Display Leq; Display LE; Display Lpeak;
Display Lmax; Display Lmin; Display LN1; Display LN2; Display LN3; Display LN4; Display LN5; Display LIeq; Display Ltm5;
Display Leqmov; Time Level Time Scale; Measure Display Sub Channel 1; Measure Display Sub Channel 2;
Measure Display Sub Channel 3; Frequency Weighting; Time Weighting; Time Weighting (Main); Time Weighting (Sub1);
Time Weighting (Sub2); Time Weighting (Sub3); Windscreen Correction; Diffuse Sound Field Correction; Store Mode;
Store Name; Manual Address; Measure; Pause; Manual Store; Overwrite; Measurement Time Preset Manual;
Measurement Time Manual (Num); Measurement Time Manual (Unit); Delay Time; Back Erase; AC OUT; DC OUT;
Output Range Upper; Reference Signal Output; IO Func; Comparator Channel; Comparator Level; Baud Rate; USB Class;
DOD; DLC; Frequency Weighting (Main)
"""

EX = """
Frequency Weighting (Sub1); Frequency Weighting (Sub2); Frequency Weighting (Sub3); Measurement Time Preset Auto;
Measurement Time Auto (Num); Measurement Time Auto (Unit); Lp Store Interval; Leq Calculation Interval Preset;
Leq Calculation Interval (Num); Leq Calculation Interval (Unit); Timer Auto Start Time; Timer Auto Stop Time;
Timer Auto Interval; Sleep Mode; Trigger Mode; Level Trigger Channel; Level Trigger Level; Moving Leq Interval Preset;
Moving Leq Interval (Num); Moving Leq Interval (Unit); TRM; Percentile 1; Percentile 2; Percentile 3; Percentile 4;
Percentile 5; Ethernet; Ethernet DHCP; Ethernet IP; Ethernet Subnet; Ethernet Gateway; Web; FTP; TCP; DRD
"""

RT = """
Display Calculate Type; Octave Mode; Additional Band; Display Partial Over All; Upper Limit Frequency;
Upper Limit Frequency Offset; Lower Limit Frequency; Lower Limit Frequency Offset; Lmax Type; Lmax Type Channel;
Frequency Weighting (Band); Time Weighting (Band); Time Weighting (Band2); Ldiff1; Ldiff2; Ldiff1 Channel1;
Ldiff1 Channel2; Ldiff2 Channel1; Ldiff2 Channel2; Ldiff1 Calculation1; Ldiff1 Calculation2; Ldiff2 Calculation1;
Ldiff2 Calculation2; Level Trigger Band Frequency; Level Trigger Band Offset; Lp Mode;
Wave Level Trigger Band Frequency; Wave Level Trigger Band Offset; AC Out Band Frequency; AC Out Band Offset;
DC Out Band Frequency; DC Out Band Offset; Comparator Band Frequency; Comparator Band Offset
"""

WR = """
Wave Rec Mode; Wave Sampling Frequency; Wave Bit Length; Frequency Weighting (Wave); Wave Rec Range Upper;
Wave Rec State; Wave Splitting Interval; Wave Manual Rec; Wave Manual Pre-time; Wave Level Rec;
Wave Level Trigger Channel; Wave Level Trigger Level; Wave Level Pre-time; Wave Level Maximum Recording Time;
Wave Level Reference Time Interval 1; Wave Level Reference Time Interval 2; Wave Level Reference Time Interval 3;
Wave Level Reference Time Interval 4; Wave Level Reference Time 1; Wave Level Reference Time 2;
Wave Level Reference Time 3; Wave Level Reference Time 4; Wave Level Reference Time 1 Level;
Wave Level Reference Time 2 Level; Wave Level Reference Time 3 Level; Wave Level Reference Time 4 Level;
Wave Interval Rec; Wave Interval Rec Interval; Wave Interval Rec Time
"""


def names(text: str) -> set[str]:
    """Return the names of a list."""
    return {" ".join(name.split()) for name in text.split(";")}
